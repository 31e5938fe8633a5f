"""Typing that survives a closed tab: sealed, for one person and page, offered, gone once saved."""

import pytest
from django.db import connection
from django.urls import reverse

from custody.keystore import TextCorrupt
from custody.models import CustodyEvent
from partners import roles
from submissions.actions import incidents, progress, unsaved
from submissions.actions.incidents import Qualification
from submissions.models import Contribution, Incident, Submission, Unsaved
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import another_documenter, complete_draft, draft, handed_over
from tests.partners.browser import words

OFFER = "You typed this and did not save it"


@pytest.fixture
def submission(db):
    return complete_draft()


@pytest.fixture
def client(submission):
    return signed_in(submission.begun_by)


def address(submission, page, *more):
    name = "unsaved-discard" if more else "unsaved"
    return reverse(f"submissions:{name}", args=[submission.reference, page])


def pages(submission) -> list[tuple[str, str, dict, dict]]:
    """Key, where the form stands, something typed, and what saves it."""
    incident, exhibit = submission.incidents.get(), submission.exhibits.get()
    one, two = [submission.reference, incident.reference], [submission.reference, exhibit.reference]
    told = {"heading": "Typed heading", "what": "canary", "known_by": "x"}
    answers = {"recognisable": "nobody", "description": "canary", "strands": ["lead"]}
    other = {"delivery": "held", "name": "canary", "description": "Safe."}
    sheet = {"situation": "North", "summary": "canary", "working_language": "en"}
    return [
        ("cover-sheet", reverse("submissions:cover-sheet", args=one[:1]), sheet, {}),
        ("incident", reverse("submissions:incident-add", args=one[:1]), told, {}),
        ("exhibit", reverse("submissions:add-without-file", args=one[:1]), other, {}),
        (
            f"incident-{incident.reference}-what",
            reverse("submissions:incident-what", args=one),
            told,
            {},
        ),
        (
            f"incident-{incident.reference}-against",
            reverse("submissions:incident-against", args=one),
            {"against": "something", "weakens": "canary"},
            {},
        ),
        (
            f"incident-{incident.reference}-group",
            reverse("submissions:group-add", args=one),
            {"who": "canary", "unit": "persons", "role": "victim"},
            {},
        ),
        (
            f"incident-{incident.reference}-information",
            reverse("submissions:information-add", args=one),
            {
                "source": "own",
                "basis": "direct",
                "on": ["who"],
                "bearing": "weakens",
                "words": "canary",
            },
            {},
        ),
        (
            f"incident-{incident.reference}-where",
            reverse("submissions:incident-where", args=one),
            {"precision": "region", "country": "SY", "place": "canary"},
            {},
        ),
        (
            f"exhibit-{exhibit.reference}-answers",
            reverse("submissions:exhibit-detail", args=two),
            answers,
            {},
        ),
        (
            f"exhibit-{exhibit.reference}-collected",
            reverse("submissions:exhibit-collected", args=two),
            {"tool": "canary"},
            {},
        ),
        (
            f"exhibit-{exhibit.reference}-steps",
            reverse("submissions:exhibit-steps", args=two),
            {"what": "collected", "note": "canary"},
            {},
        ),
    ]


# What is typed on each later step of an incident, and which of it is seen to come back.
STEPS = {
    "when": ("incident-when", {"precision": ["month"]}),
    "datesmonth": ("incident-dates", {"month": ["3"], "year": ["2024"]}),
    "conduct": ("incident-conduct", {"conducts": ["killing", "attack_on_civilians"]}),
    "more": ("incident-conduct-more", {"conducts": ["forced_marriage"], "setting": ["home"]}),
    "context": (
        "incident-context",
        {"conflict": ["NIAC"], "attack": ["yes"], "group": ["unknown"]},
    ),
    "law": ("incident-law", {"others": ["RS-7-1-a", "RS-8-2-c-i-1"], "not_sure": ["on"]}),
}


@pytest.mark.parametrize("step", STEPS)
def test_every_step_of_an_incident_is_kept_offered_and_gone_once_saved(client, submission, step):
    incident = submission.incidents.get()
    name, typed = STEPS[step]
    more = ["month"] if step == "datesmonth" else []
    form = reverse(f"submissions:{name}", args=[submission.reference, incident.reference, *more])
    page = f"incident-{incident.reference}-{step}"
    shown = words(client.get(form))
    assert OFFER not in shown and f'data-autosave="{address(submission, page)}"' in shown
    assert client.post(address(submission, page), typed).status_code == 200
    answer = client.get(form)
    assert OFFER in words(answer)
    for field, values in typed.items():
        found = answer.context["form"][field].value()
        wanted = True if values == ["on"] else values if isinstance(found, list) else values[0]
        assert found == wanted, field
    discarded = client.post(address(submission, page, "discard"))
    assert discarded["Location"] == form
    client.post(address(submission, page), typed)
    assert client.post(form, typed).status_code == 302
    assert step == "when" or not Unsaved.objects.exists()


def test_a_precision_is_kept_until_its_dates_are_saved(client, submission):
    """The first page sends its answer along in the address: nothing of it is saved yet."""
    names = [submission.reference, submission.incidents.get().reference]
    when = reverse("submissions:incident-when", args=names)
    assert client.post(when, {"precision": "year"}).status_code == 302
    assert client.get(when).context["form"]["precision"].value() == "year"
    dates = reverse("submissions:incident-dates", args=[*names, "year"])
    assert client.post(dates, {"year": "2024"}).status_code == 302
    assert not Unsaved.objects.exists()
    assert OFFER not in words(client.get(when))


def test_a_tick_comes_back_though_it_is_suggested_now(client, submission):
    incident, by = submission.incidents.get(), submission.begun_by
    page = f"incident-{incident.reference}-law"
    client.post(address(submission, page), {"others": ["RS-7-1-a"]})
    with acting(by):
        answers = Qualification(conducts=["killing"], conflict="none", attack="yes", group="no")
        incidents.qualify(incident=incident, answers=answers, by=by)
    names = [submission.reference, incident.reference]
    form = client.get(reverse("submissions:incident-law", args=names)).context["form"]
    assert form["suggested"].value() == ["RS-7-1-a"] and form["others"].value() == []


def test_on_every_form_typing_is_kept_offered_and_gone_once_saved(client, submission):
    for page, form, typed, more in pages(submission):
        keep = address(submission, page)
        shown = words(client.get(form))
        assert OFFER not in shown and f'data-autosave="{keep}"' in shown, page
        assert 'role="status"' in shown and "js/autosave" in shown, page
        answer = client.post(keep, typed)
        assert answer.status_code == 200, page
        assert answer.json()["at"].endswith("UTC")
        shown = words(client.get(form))
        assert OFFER in shown and "canary" in shown, page
        assert client.post(form, typed | more).status_code == 302, page
        assert not Unsaved.objects.filter(page=page).exists(), page


def test_ticks_and_choices_come_back_too(client, submission):
    exhibit = submission.exhibits.get()
    page = f"exhibit-{exhibit.reference}-answers"
    typed = {"recognisable": "someone", "identified_by": ["voice"],
             "strands": ["lead", "linkage"], "evidence_type": "video"}  # fmt: skip
    client.post(address(submission, page), typed)
    here = reverse("submissions:exhibit-detail", args=[submission.reference, exhibit.reference])
    form = client.get(here).context["form"]
    assert form["recognisable"].value() == "someone"
    assert form["strands"].value() == ["lead", "linkage"]
    assert form["evidence_type"].value() == "video"
    exhibit.refresh_from_db()
    assert exhibit.recognisable == "nobody"


def test_what_was_discarded_is_gone_and_the_form_shows_what_is_saved(client, submission):
    client.post(address(submission, "cover-sheet"), {"situation": "Typed", "summary": "canary"})
    answer = client.post(address(submission, "cover-sheet", "discard"))
    assert answer["Location"] == reverse("submissions:cover-sheet", args=[submission.reference])
    page = words(client.get(answer["Location"]))
    assert OFFER not in page and "Example summary." in page
    assert not Unsaved.objects.exists()


def test_typing_that_is_saved_already_is_not_offered(client, submission):
    typed = {"situation": "Example attacks on schools", "summary": "Example summary.\r\n",
             "languages": "English", "working_language": "en",
             "recognisable": "nobody"}  # fmt: skip
    client.post(address(submission, "cover-sheet"), typed)
    form = reverse("submissions:cover-sheet", args=[submission.reference])
    assert OFFER not in words(client.get(form))


def test_the_newest_takes_the_place_of_the_one_before(client, submission):
    for text in ("first", "second"):
        client.post(address(submission, "incident"), {"heading": text})
    assert Unsaved.objects.count() == 1
    assert unsaved.find(submission, "incident", submission.begun_by).fields["heading"] == ["second"]


def test_a_mistake_in_the_form_loses_neither(client, submission):
    client.post(address(submission, "incident"), {"what": "canary"})
    form = reverse("submissions:incident-add", args=[submission.reference])
    assert client.post(form, {"what": "canary and more"}).status_code == 422
    assert OFFER in words(client.get(form))
    assert Incident.objects.count() == 1


def test_it_is_sealed_for_its_person_and_page(client, submission):
    client.post(address(submission, "incident"), {"what": "canary"})
    row = Unsaved.objects.get()
    assert b"canary" not in bytes(row.words)
    other = Unsaved(submission=submission, user=submission.begun_by, page="cover-sheet",
                    words=row.words, at=row.at)  # fmt: skip
    other.save()
    with pytest.raises(TextCorrupt):
        unsaved.find(submission, "cover-sheet", submission.begun_by)


def test_nobody_else_sees_it(client, submission):
    client.post(address(submission, "incident"), {"what": "canary"})
    colleague = signed_in(member(submission.partner, roles.Documenter.code))
    form = reverse("submissions:incident-add", args=[submission.reference])
    page = words(colleague.get(form))
    assert OFFER not in page and "canary" not in page
    colleague.post(address(submission, "incident", "discard"))
    assert Unsaved.objects.count() == 1


def test_it_leaves_no_event_no_contribution_and_the_draft_with_its_approver(submission):
    by = submission.begun_by
    with acting(by):
        progress.make_ready(submission=submission, by=by)
    colleague = member(submission.partner, roles.Documenter.code)
    client, before = signed_in(colleague), CustodyEvent.objects.count()
    assert client.post(address(submission, "incident"), {"what": "canary"}).status_code == 200
    assert CustodyEvent.objects.count() == before
    assert not Contribution.objects.filter(user=colleague).exists()
    assert Submission.objects.get(pk=submission.pk).status == "ready"


@pytest.mark.parametrize("more", [(), ("discard",)])
def test_strangers_get_404_readers_403_and_later_409(db, more):
    submission = draft()
    for user, status in (
        (another_documenter(), 404),
        (member(submission.partner, roles.Reader.code), 403),
    ):
        answer = signed_in(user).post(address(submission, "incident", *more), {"what": "x"})
        assert answer.status_code == status
    done = handed_over().submission
    client = signed_in(done.begun_by)
    assert client.post(address(done, "incident", *more), {"what": "x"}).status_code == 409
    assert not Unsaved.objects.exists()


def test_a_page_that_does_not_exist_keeps_nothing(client, submission):
    theirs = complete_draft(another_documenter()).incidents.get()
    for page in ("nonsense", "incident-0000000000000-what", f"incident-{theirs.reference}-what",
                 f"incident-{submission.incidents.get().reference}-datesunknowable"):  # fmt: skip
        assert client.post(address(submission, page), {"what": "x"}).status_code == 404
        assert client.post(address(submission, page, "discard")).status_code == 404
    assert client.get(address(submission, "incident")).status_code == 405


def test_too_much_text_is_refused_and_the_one_before_stays(client, submission):
    client.post(address(submission, "incident"), {"what": "canary"})
    answer = client.post(address(submission, "incident"), {"what": "x" * (unsaved.MOST + 1)})
    assert answer.status_code == 413
    assert unsaved.find(submission, "incident", submission.begun_by).fields["what"] == ["canary"]


def test_the_application_deletes_rows_of_this_table_and_moves_none(client, submission):
    from django.db import DatabaseError, transaction

    client.post(address(submission, "incident"), {"what": "canary"})
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE submissions_unsaved SET user_id = user_id")
