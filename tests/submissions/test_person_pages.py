"""People of a draft over HTTP: heard first, small steps, no name, nothing beyond their own CSO."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.actions import receiving
from custody.models import CustodyEvent, Opening
from impna.references import show_reference
from partners import roles
from submissions.actions import persons, progress
from submissions.models import Part, Person, Submission, Unsaved
from submissions.person_vocabularies import PersonRole, Vulnerability
from submissions.states import Status
from tests.architecture.test_urls import ROUTES
from tests.factories.cases import adviser, contact, head, officer
from tests.factories.every import everything
from tests.factories.partners import acting, coordinators, member, signed_in
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    draft,
    joined,
    person_in,
)
from tests.partners.browser import words

NO_TABLE = ("SAVEPOINT", "RELEASE", "SELECT set_config")
HOSTILE = '<script>alert("x")</script>\u202egpj'
CANARY = "Behind-the-old-mill"
STEPS = ("heard/", "who/", "care/", "account/", "parts/", "support/", "take-out/")
REFER = "o not interview them again"
CARE = "identify, support, refer"


@pytest.fixture
def submission(db):
    return complete_draft()


@pytest.fixture
def client(submission):
    return signed_in(submission.begun_by)


@pytest.fixture
def address(submission):
    return reverse("submissions:person-list", args=[submission.reference])


@pytest.fixture
def child(submission):
    return person_in(submission, "V-01", vulnerabilities=["child"])


def page_of(person, step=""):
    base = reverse(
        "submissions:person-detail", args=[person.submission.reference, person.reference]
    )
    return base + step


def part_page(person, role="victim"):
    incident = person.submission.incidents.present().first()
    names = [person.submission.reference, person.reference, incident.reference, role]
    return reverse("submissions:person-part", args=names)


def details(person):
    found = Person.objects.select_related("submission__compartment").get(pk=person.pk)
    return persons.read_details(found)


def statements(client, address) -> int:
    """How many statements a page takes that read or write a table."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return sum(not q["sql"].startswith(NO_TABLE) for q in queries)


def test_a_documenter_describes_somebody_in_four_steps(client, submission, address):
    page = words(client.get(f"{address}add/"))
    assert page.index("already given an account") < page.index("Code")
    assert "Next free: W-01 for a witness or source, V-01 for a victim" in page
    assert not Person.objects.exists()
    typed = {"heard": "yes", "heard_words": "By another organisation.", "code": " w – 03 "}
    answer = client.post(f"{address}add/", typed)
    person = Person.objects.get()
    assert person.code == "W-03"
    assert answer["Location"] == page_of(person, "who/")
    assert REFER in words(client.get(answer["Location"]))
    who = {"categories": ["witness"], "vulnerabilities": ["threatened"], "sex": "intersex",
           "gender": "As they say it", "age_then": "unknown", "age_now": "44"}  # fmt: skip
    answer = client.post(page_of(person, "who/"), who)
    assert answer["Location"] == page_of(person, "parts/")
    incident = submission.incidents.get()
    answer = client.post(
        page_of(person, "parts/"), {"incident": incident.reference, "role": "witness"}
    )
    assert answer["Location"] == part_page(person, "witness")
    assert not Part.objects.exists()
    told = {"connection": "ngo", "basis": ["direct", "hearsay_1"], "note": "Saw smoke."}
    answer = client.post(part_page(person, "witness"), told)
    assert answer["Location"] == page_of(person, "parts/")
    support = {"support_legal": "offered", "wanted_interpreter": "A woman", "note": "Example."}
    answer = client.post(page_of(person, "support/"), support)
    assert answer["Location"] == page_of(person)
    page = words(client.get(page_of(person)))
    for said in (
        "By another organisation.", "Witness", "Threatened", "Intersex", "As they say it",
        "unknown", "44", "Incident 1", "Service provider: NGO", "Direct sight or hearing",
        "Hearsay, first degree", "Saw smoke.", "Legal advice: Offered, no answer yet", "A woman",
        REFER,
    ):  # fmt: skip
        assert said in page, said
    assert "hearsay_1" not in page and "Still to ask" not in page
    assert "Witness: Incident 1" in words(client.get(address))


def test_every_step_goes_back_to_the_list_when_asked(client, address, child):
    for step in ("heard/", "who/", "care/", "support/"):
        typed = {"vulnerabilities": ["child"], "then": "list"}
        answer = client.post(page_of(child, step), typed)
        assert answer["Location"] == f"{address}#person-V-01", step


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "Give this person a code"),
        ("Amina Example", "one to three capital letters"),
        ("Amina", "one to three capital letters"),
        ("W-12345", "one to three capital letters"),
        ("V-01", "V-01 is used already"),
    ],
)
def test_a_code_that_is_none_is_a_sentence_and_keeps_what_was_typed(
    client, address, child, code, sentence
):
    typed = {"heard": "yes", "heard_words": "By a court.", "code": code}
    page = client.post(f"{address}add/", typed)
    assert page.status_code == 422
    assert sentence in words(page) and "By a court." in words(page)
    assert page.context["form"]["heard"].value() == "yes"
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("step", "typed", "field"),
    [
        ("heard/", {"heard": "often"}, "heard"),
        ("who/", {"categories": ["hero"]}, "categories"),
        ("who/", {"sex": "other"}, "sex"),
        ("who/", {"age_now": "9" * 31}, "age_now"),
        ("support/", {"support_legal": "paid"}, "support_legal"),
        ("parts/", {"role": "victim"}, "incident"),
        ("parts/", {"incident": "7K3F9Q2MXW4TC", "role": "victim"}, "incident"),
        ("parts/", {"role": "hero"}, "role"),
        ("take-out/", {}, "reason"),
    ],
)
def test_a_mistake_is_a_sentence_at_its_field_and_changes_nothing(
    client, child, step, typed, field
):
    before = Person.objects.values().get()
    page = client.post(page_of(child, step), typed)
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert Person.objects.values().get() == before


def test_a_state_that_is_none_is_refused_where_it_is_typed(client, child):
    typed = {"states": "sy, Chad", "rank": "Captain"}
    page = client.post(part_page(child, "perpetrator"), typed)
    assert page.status_code == 422
    assert "“CHAD” names no State" in words(page) and "Captain" in words(page)
    client.post(part_page(child, "perpetrator"), typed | {"states": "sy، td, SY"})
    part = Part.objects.get()
    part.person.submission = child.submission
    assert persons.read_part(part).states == ["SY", "TD"]


class TestWhoIsProtected:
    def test_of_a_child_its_best_interest_is_asked_next(self, client, submission):
        person = person_in(submission)
        assert client.get(page_of(person, "care/")).status_code == 409
        answer = client.post(page_of(person, "who/"), {"vulnerabilities": ["child"]})
        assert answer["Location"] == page_of(person, "care/")
        assert CARE in words(client.get(answer["Location"]))
        answer = client.post(page_of(person, "care/"), {"best_interest": "With an aunt."})
        assert answer["Location"] == page_of(person, "account/")
        assert "With an aunt." in words(client.get(page_of(person)))

    def test_a_survivor_is_identified_supported_and_referred(self, client, submission, address):
        person = person_in(submission)
        assert CARE not in words(client.get(page_of(person, "parts/")))
        answer = client.post(page_of(person, "who/"), {"vulnerabilities": ["sgbv_survivor"]})
        assert answer["Location"] == page_of(person, "account/")
        for step in ("", "account/", "parts/", "support/"):
            assert CARE in words(client.get(page_of(person, step))), step
        assert "Protected" in words(client.get(address))

    def test_violence_is_never_a_question_and_never_ticked_beforehand(self, client, submission):
        person = person_in(submission)
        survivor = str(Vulnerability.SGBV_SURVIVOR.label)
        pages = [reverse("submissions:person-add", args=[submission.reference])]
        pages += [page_of(person, step) for step in ("heard/", "parts/", "support/")]
        pages += [part_page(person, role) for role in PersonRole.values]
        assert not any(survivor in words(client.get(page)) for page in pages)
        page = words(client.get(page_of(person, "who/")))
        assert page.count(survivor) == 1 and " checked" not in page


def test_somebody_who_was_heard_is_referred(client, submission, address):
    page = words(client.get(f"{address}add/"))
    assert "Then refer them: do not interview them again." in page
    person = person_in(submission, heard="no")
    assert "Do not interview" not in words(client.get(page_of(person)))
    client.post(page_of(person, "heard/"), {"heard": "yes"})
    assert "Do not interview them again." in words(client.get(page_of(person, "who/")))
    assert "Refer" in words(client.get(address))


def test_each_role_is_asked_its_own_questions(client, child):
    asked_of = {
        role: set(client.get(part_page(child, role)).context["form"].fields)
        for role in PersonRole.values
    }
    assert asked_of["victim"] == {"statuses", "note"}
    assert asked_of["witness"] == asked_of["source"] == {"connection", "basis", "note"}
    assert asked_of["perpetrator"] >= {"unit", "kind", "chain", "degree", "modes", "states"}
    assert asked_of["interpreter"] == {"note"}
    assert "article 25(3)(d)(i)" in words(client.get(part_page(child, "perpetrator")))
    assert client.get(part_page(child, "hero")).status_code == 404


def test_a_part_is_taken_away_and_only_if_it_is_there(client, child):
    assert "take_away" not in words(client.get(part_page(child)))
    assert client.post(part_page(child), {"take_away": "part"}).status_code == 404
    joined(child)
    assert "take_away" in words(client.get(part_page(child)))
    answer = client.post(part_page(child), {"take_away": "part"})
    assert answer["Location"] == page_of(child, "parts/")
    assert not Part.objects.exists()


def test_without_an_incident_the_step_says_so_and_leads_on(db):
    person = person_in(draft())
    page = words(signed_in(person.submission.begun_by).get(page_of(person, "parts/")))
    assert "No incident yet" in page
    assert page_of(person, "support/") in page


def test_somebody_is_taken_out_with_a_reason_and_is_gone(client, address, child):
    joined(child)
    answer = client.post(page_of(child, "take-out/"), {"reason": "Entered twice."})
    assert answer["Location"] == address
    page = words(client.get(address))
    assert "V-01 is taken out." in page and "Nobody yet" in page
    for step in ("", *STEPS):
        assert client.get(page_of(child, step)).status_code == 404
    assert "V-02 for a victim" in words(client.get(f"{address}add/"))


def test_a_reader_reads_and_changes_nothing(submission, address, child):
    client = signed_in(member(submission.partner, roles.Reader.code))
    page = words(client.get(address))
    assert "V-01" in page and "Add a person" not in page
    page = words(client.get(page_of(child)))
    assert "Child" in page and "take-out" not in page and "Change" not in page
    for step in (f"{address}add/", part_page(child), *(page_of(child, step) for step in STEPS)):
        for answer in (client.get(step), client.post(step, {})):
            assert answer.status_code == 403, step
            assert "Only a documenter" in words(answer)


def test_for_another_cso_nothing_of_it_exists(submission, address, child):
    client = signed_in(another_documenter())
    own = draft(another_documenter())
    elsewhere = reverse("submissions:person-detail", args=[own.reference, child.reference])
    pages = [address, f"{address}add/", part_page(child), elsewhere, f"{elsewhere}who/"]
    for page in (*pages, *(page_of(child, step) for step in ("", *STEPS))):
        assert client.get(page).status_code == 404, page
        assert client.post(page, {}).status_code in (404, 405), page
    assert not Opening.objects.filter(by=another_documenter().reference).exists()


def test_an_incident_of_another_submission_is_none_here(client, child):
    other = complete_draft(title="Another one").incidents.get()
    names = [child.submission.reference, child.reference, other.reference, "victim"]
    page = reverse("submissions:person-part", args=names)
    assert client.get(page).status_code == 404
    assert client.post(page, {"note": "x"}).status_code == 404
    answer = client.post(page_of(child, "parts/"), {"incident": other.reference, "role": "victim"})
    assert answer.status_code == 422


def test_after_hand_over_it_is_read_and_not_changed(client, submission, address, child):
    Submission.objects.filter(pk=submission.pk).update(status=Status.HANDED_OVER, versions_made=1)
    assert client.get(address).status_code == client.get(page_of(child)).status_code == 200
    for step in (f"{address}add/", part_page(child), *(page_of(child, step) for step in STEPS)):
        assert client.get(step).status_code == 409, step
        assert client.post(step, {}).status_code == 409, step


def test_what_was_said_is_read_under_one_opening_a_person(client, address, child):
    assert not Opening.objects.exists()
    for page in (address, page_of(child), page_of(child, "who/"), part_page(child)):
        client.get(page)
    assert Opening.objects.count() == 1


def test_what_is_typed_stands_in_no_clear_column_and_no_event(client, submission, address):
    typed = {"heard": "yes", "heard_words": CANARY, "code": "W-03"}
    client.post(f"{address}add/", typed)
    person = Person.objects.get()
    who = {"gender": CANARY, "age_then": CANARY, "vulnerabilities": ["sgbv_survivor"]}
    client.post(page_of(person, "who/"), who)
    client.post(page_of(person, "support/"), {"note": CANARY, "interpreter": CANARY})
    client.post(part_page(person, "perpetrator"), {"rank": CANARY, "chain": CANARY})
    unsaved = reverse("submissions:unsaved", args=[submission.reference, "person"])
    assert client.post(unsaved, {"heard_words": CANARY}).status_code == 200
    assert details(person).gender == details(person).note == CANARY
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' "
            "AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'SELECT')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s OR t::text LIKE %s',
                           [f"%{CANARY}%", f"%{CANARY.encode().hex()}%"])  # fmt: skip
            assert cursor.fetchone() == (0,), table
    told = " ".join(CustodyEvent.objects.values_list("entry", flat=True))
    assert "sgbv" not in told and "perpetrator" not in told and '"W-03"' in told


def test_hostile_words_are_shown_and_do_nothing(client, submission, address):
    person = person_in(
        submission, heard_words=HOSTILE, gender=HOSTILE, age_then=HOSTILE, note=HOSTILE,
        support_note=HOSTILE, interpreter=HOSTILE, best_interest=HOSTILE, age_now="9",
    )  # fmt: skip
    joined(person, "perpetrator", rank=HOSTILE, chain=HOSTILE, note=HOSTILE)
    pages = [address, page_of(person), part_page(person, "perpetrator")]
    pages += [page_of(person, step) for step in STEPS]
    pages += [reverse("submissions:check", args=[submission.reference])]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert "<script>alert" not in answer.content.decode(), page


# What is typed on each form, and what keeps it: everything comes back until it is saved.
TYPED = {
    "heard": {"heard": ["yes"], "heard_words": ["By a court."]},
    "who": {"vulnerabilities": ["child", "threatened"], "age_then": ["12"]},
    "care": {"best_interest": ["With an aunt."]},
    "support": {"support_shelter": ["accepted"], "gender_note": ["Nobody else was there."]},
}


@pytest.mark.parametrize("step", TYPED)
def test_typing_is_kept_offered_and_gone_once_saved(client, submission, child, step):
    key = f"person-{child.reference}-{step}"
    kept = reverse("submissions:unsaved", args=[submission.reference, key])
    assert f'data-autosave="{kept}"' in words(client.get(page_of(child, f"{step}/")))
    assert client.post(kept, TYPED[step]).status_code == 200
    answer = client.get(page_of(child, f"{step}/"))
    assert "You typed this and did not save it" in words(answer)
    for field, values in TYPED[step].items():
        found = answer.context["form"][field].value()
        assert found == (values if isinstance(found, list) else values[0]), field
    assert client.post(page_of(child, f"{step}/"), TYPED[step]).status_code == 302
    assert not Unsaved.objects.exists()


def test_a_choice_of_a_part_and_its_answers_are_kept_until_they_are_saved(
    client, submission, address, child
):
    incident = submission.incidents.get()
    chosen = {"incident": incident.reference, "role": "first_responder"}
    client.post(page_of(child, "parts/"), chosen)
    form = client.get(page_of(child, "parts/")).context["form"]
    assert form["role"].value() == "first_responder"
    key = f"part-{child.reference}-{incident.reference}-first_responder"
    kept = reverse("submissions:unsaved", args=[submission.reference, key])
    assert client.post(kept, {"note": "Came at noon."}).status_code == 200
    page = part_page(child, "first_responder")
    assert "Came at noon." in words(client.get(page))
    client.post(page, {"note": "Came at noon."})
    assert not Unsaved.objects.exists()
    new = reverse("submissions:unsaved", args=[submission.reference, "person"])
    assert client.post(new, {"code": "W-77", "heard": "no"}).status_code == 200
    assert 'value="W-77"' in words(client.get(f"{address}add/"))


@pytest.mark.parametrize("key", ["person-{p}-law", "part-{p}-{i}-hero", "part-{i}-{p}-victim"])
def test_a_form_that_there_is_not_keeps_nothing(client, submission, child, key):
    key = key.format(p=child.reference, i=submission.incidents.get().reference)
    kept = reverse("submissions:unsaved", args=[submission.reference, key])
    assert client.post(kept, {"note": "x"}).status_code == 404


def test_the_list_goes_through_all_pages_once(client, submission, address, monkeypatch):
    monkeypatch.setattr("submissions.views.persons.PAGE", 2)
    codes = [person_in(submission, f"W-{n}").code for n in (9, 2, 30)]
    first = client.get(address)
    second = client.get(address, {"after": first.context["after"]})
    seen = [row.person.code for row in (*first.context["rows"], *second.context["rows"])]
    assert seen == codes
    assert second.context["after"] == ""
    assert client.get(address, {"after": "nobody"}).status_code == 200


def test_each_page_takes_twelve_queries_at_most(client, submission, address, child):
    for n in range(5):
        joined(person_in(submission, f"W-{n}"), "witness")
    joined(child)
    pages = [address, f"{address}add/", page_of(child), part_page(child)]
    pages += [page_of(child, step) for step in STEPS]
    taken = {page: statements(client, page) for page in pages}
    assert max(taken.values()) <= 12, taken


def test_the_task_list_says_who_is_there_and_what_is_to_ask(client, submission, child):
    page = words(client.get(submission.get_absolute_url()))
    assert "1 person, by code, 1 of them protected" in page
    assert "V-01: whether they were heard already" in page and "1 to ask" in page
    assert page.index("Incidents</a>") < page.index("People</a>") < page.index("Exhibits</a>")
    assert "Nothing is missing" in words(client.get(submission.get_absolute_url() + "check/"))
    client.post(page_of(child, "heard/"), {"heard": "no"})
    page = words(client.get(submission.get_absolute_url()))
    assert "to ask" not in page


def test_check_your_answers_shows_them_to_documenter_and_approver(client, submission, child):
    joined(child, "victim", statuses=["missing"])
    check = reverse("submissions:check", args=[submission.reference])
    page = words(client.get(check))
    for said in ("V-01", "Protected", "Victim: Incident 1", "Missing", "whether they were heard"):
        assert said in page, said
    assert page_of(child, "who/") in page
    with acting(submission.begun_by):
        progress.make_ready(submission=submission, by=submission.begun_by)
    page = words(signed_in(approver(submission)).get(check))
    assert "V-01" in page and page_of(child, "who/") not in page


def everything_of(client, every):
    """All that a reader's browser is given at every address that names something of it."""
    found, asked = b"", 0
    for _name, route in ROUTES:
        address = every.address(route)
        if address is None or route.startswith("sign-out"):
            continue
        answer = client.get(address)
        asked += answer.status_code == 200
        found += b"".join(answer) if answer.streaming else answer.content
    return found, asked


def test_no_recipient_and_no_adviser_reads_a_byte_of_it(submission):
    person = person_in(
        submission, "QZX-4711", heard="yes", heard_words=CANARY, note=CANARY, gender=CANARY,
        vulnerabilities=["sgbv_survivor"],
    )  # fmt: skip
    joined(person, "perpetrator", rank=CANARY)
    every = everything(submission)
    with acting(head()):
        receiving.open_words(referral=every.referral, by=head())
    for user in (head(), contact(), officer(), adviser(), coordinators()[0]):
        found, pages = everything_of(signed_in(user), every)
        assert pages > 5, user
        for secret in ("QZX-4711", CANARY, person.reference, show_reference(person.reference)):
            assert secret.encode() not in found, (user, secret)
    found, _pages = everything_of(signed_in(submission.begun_by), every)
    assert b"QZX-4711" in found
    assert "QZX" not in json.dumps(every.referral.version.sheet)
