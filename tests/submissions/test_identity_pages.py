"""The vault's pages: entered blind, opened after a fresh code with a reason, seen by colleagues."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from custody.models import Opening
from impna.references import new_reference
from partners import roles
from submissions.actions import erasing, identities
from submissions.models import Identity, Submission, Unsaved
from tests.factories.cases import head, received
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    identity_of,
    lead,
    person_in,
)
from tests.partners.browser import words

NO_TABLE = ("SAVEPOINT", "RELEASE", "SELECT set_config")
NAME = "Zulaykha Vashington-Quux"
HOSTILE = '<script>alert("x")</script>\u202egpj'
TYPED = {"names": f"{NAME}\r\n\r\n  زليخة ", "contacts": "+963 944 123 456", "safe": "By night."}
PAGES = ("", "enter/", "open/", "erase/")


@pytest.fixture
def submission(db):
    return complete_draft()


@pytest.fixture
def person(submission):
    return person_in(submission)


@pytest.fixture
def client(submission):
    return signed_in(submission.begun_by)


@pytest.fixture
def leading(submission):
    return signed_in(lead(submission))


def page_of(person, step=""):
    names = [person.submission.reference, person.reference]
    return reverse("submissions:identity", args=names) + step


def test_a_documenter_enters_it_and_reads_nothing_of_it_afterwards(client, person):
    page = words(client.get(page_of(person)))
    assert "Nothing. Nobody can learn from the portal who this is." in page
    assert page_of(person, "open/") not in page and page_of(person, "erase/") not in page
    answer = client.post(page_of(person, "enter/"), TYPED)
    assert answer["Location"] == page_of(person)
    page = words(client.get(page_of(person)))
    assert "Who W-03 is, is in the vault." in page and "Kept" in page
    again = client.get(page_of(person, "enter/"))
    assert "Saving destroys it for good" in words(again)
    assert not any(field.value() for field in again.context["form"])
    for secret in ("Zulaykha", "زليخة", "944", "By night"):
        assert secret not in page and secret not in words(again)
    assert Identity.objects.get().kept_by == person.added_by


def test_what_is_typed_is_kept_nowhere_before_it_is_saved(client, person):
    page = words(client.get(page_of(person, "enter/")))
    assert "data-autosave" not in page and "autosave.js" not in page
    answer = client.post(page_of(person, "enter/"), {"contacts": "here@example.org"})
    assert answer.status_code == 422
    assert "Write at least one name." in words(answer) and "here@example.org" in words(answer)
    assert not Unsaved.objects.exists() and not Identity.objects.exists()


def test_a_lead_opens_it_after_a_fresh_code_with_a_reason(submission, client, person):
    client.post(page_of(person, "enter/"), TYPED)
    by = lead(submission)
    stale = signed_in(by, fresh_factor=False)
    for method in (stale.get, stale.post):
        answer = method(page_of(person, "open/"), {"reason": "x", "back": page_of(person)})
        assert answer["Location"].startswith(reverse("partners:step-up"))
    assert not Opening.objects.exists()
    leading = signed_in(by)
    assert page_of(person, "open/") in words(leading.get(page_of(person)))
    assert leading.post(page_of(person, "open/"), {}).status_code == 422
    answer = leading.post(page_of(person, "open/"), {"reason": "To ask whether she is willing."})
    page = leading.get(answer["Location"])
    for said in (NAME, "زليخة", "+963 944 123 456", "By night."):
        assert said in words(page), said
    assert page["Cache-Control"] == "no-store"
    told = words(client.get(submission.get_absolute_url()))
    assert "The identity of W-03 was opened for fifteen minutes." in told
    assert "To ask whether she is willing." in told and by.display_name in told
    assert "To ask whether she is willing." in words(
        client.get(reverse("submissions:person-detail", args=page_args(person)))
    )


def page_args(person):
    return [person.submission.reference, person.reference]


def test_each_opening_is_told_once_in_each_history(submission, client, leading, person):
    identity_of(person, NAME)
    leading.post(page_of(person, "open/"), {"reason": "Once."})
    page = words(client.get(submission.get_absolute_url()))
    assert page.count("Once.") == 1
    given = words(client.get(reverse("cases:given-list", args=[submission.reference])))
    assert "The identity of W-03" in given and given.count("Once.") == 1


def test_the_opened_page_is_for_one_reader_and_fifteen_minutes(
    submission, client, leading, person, clock
):
    identity_of(person, NAME)
    shown = leading.post(page_of(person, "open/"), {"reason": "x"})["Location"]
    assert client.get(shown).status_code == 404
    assert signed_in(lead(submission)).get(shown).status_code == 404
    assert NAME in words(leading.get(shown))
    clock.move(minutes=16)
    page = words(leading.get(shown))
    assert "The fifteen minutes are over" in page and NAME not in page


def test_an_opening_of_something_else_shows_no_identity(submission, leading, person):
    identity_of(person, NAME)
    leading.get(reverse("submissions:person-list", args=[submission.reference]))
    words_opened = Opening.objects.get(target__startswith="submissions.submission")
    other = person_in(submission, "W-04")
    identity_of(other, "Somebody Else")
    leading.post(page_of(other, "open/"), {"reason": "x"})
    of_other = Opening.objects.get(target__startswith="submissions.identity").reference
    for opening in (words_opened.reference, of_other, new_reference()):
        names = [*page_args(person), opening]
        address = reverse("submissions:identity-opened", args=names)
        assert leading.get(address).status_code == 404


def test_bytes_of_it_are_given_by_no_other_address(leading, person):
    kept = identity_of(person, NAME)
    leading.post(page_of(person, "open/"), {"reason": "x"})
    opening = Opening.objects.get()
    names = [opening.reference, kept.file.reference]
    assert leading.get(reverse("opened-file", args=names)).status_code == 404


def test_after_it_was_entered_anew_an_open_page_shows_nothing(leading, person):
    identity_of(person, NAME)
    shown = leading.post(page_of(person, "open/"), {"reason": "x"})["Location"]
    identity_of(person, "Another Name")
    page = words(leading.get(shown))
    assert NAME not in page and "Another Name" not in page


def test_whoever_loses_the_role_reads_no_more(submission, person):
    by = lead(submission)
    leading = signed_in(by)
    identity_of(person, NAME)
    shown = leading.post(page_of(person, "open/"), {"reason": "x"})["Location"]
    group = by.groups.get(name__endswith=roles.DataProtectionLead.code)
    by.groups.remove(group)
    by.groups.add(*submission.begun_by.groups.all())
    answer = leading.get(shown)
    assert answer.status_code == 403 and NAME not in words(answer)


def test_a_lead_erases_it_after_a_fresh_code_with_a_reason(submission, person):
    identity_of(person, NAME)
    by = lead(submission)
    stale = signed_in(by, fresh_factor=False)
    assert stale.post(page_of(person, "erase/"), {"reason": "x"}).status_code == 302
    leading = signed_in(by)
    assert leading.post(page_of(person, "erase/"), {}).status_code == 422
    assert identities.kept_of(person) is not None
    answer = leading.post(page_of(person, "erase/"), {"reason": "She asked for it."})
    assert answer["Location"] == page_of(person)
    page = words(leading.get(page_of(person)))
    assert "The identity of W-03 is erased." in page and "Nothing. Nobody" in page
    for step in ("open/", "erase/"):
        assert leading.get(page_of(person, step)).status_code == 409


@pytest.mark.parametrize("role", [roles.Documenter, roles.Approver, roles.Reader])
def test_colleagues_see_that_it_is_kept_and_open_nothing(submission, person, role):
    identity_of(person, NAME)
    client = signed_in(member(submission.partner, role.code))
    assert "Kept" in words(client.get(page_of(person)))
    for step in ("open/", "erase/", *([] if role is roles.Documenter else ["enter/"])):
        for method in (client.get, client.post):
            answer = method(page_of(person, step), {"reason": "x", **TYPED})
            assert answer.status_code == 403, step
    assert not Opening.objects.filter(target__startswith="submissions.identity").exists()


def test_for_everybody_else_there_is_no_such_page(submission, person):
    identity_of(person, NAME)
    received(submission=submission)
    for by in (another_documenter(), head()):
        client = signed_in(by)
        for step in PAGES:
            assert client.get(page_of(person, step)).status_code == 404
            assert client.post(page_of(person, step), TYPED).status_code in (404, 405)


def test_it_is_entered_after_a_hand_over_too(submission, client, person):
    Submission.objects.filter(pk=submission.pk).update(status="handed_over", versions_made=1)
    assert client.post(page_of(person, "enter/"), TYPED).status_code == 302
    Submission.objects.filter(pk=submission.pk).update(status="withdrawn")
    by = lead(submission)
    with acting(by):
        erasing.erase(submission=submission, reason="x", by=by)
    assert client.post(page_of(person, "enter/"), TYPED).status_code == 409


def test_the_pages_of_people_say_whether_it_is_kept(submission, client, person):
    people = reverse("submissions:person-list", args=[submission.reference])
    one = reverse("submissions:person-detail", args=page_args(person))
    check = reverse("submissions:check", args=[submission.reference])
    assert "Identity in the vault" not in words(client.get(people))
    assert "Not kept here" in words(client.get(one))
    identity_of(person, NAME)
    assert "Identity in the vault" in words(client.get(people))
    for page in (one, check):
        assert "Kept in the vault" in words(client.get(page)), page
        assert page_of(person) in words(client.get(page)), page
    with acting(submission.begun_by):
        identities.forget(person=person, reason="x", by=submission.begun_by)
    assert "Identity in the vault" not in words(client.get(people))


def test_hostile_words_are_shown_and_do_nothing(leading, client, person):
    client.post(page_of(person, "enter/"), dict.fromkeys(
        ("names", "contacts", "safe", "address", "born", "documents"), HOSTILE))  # fmt: skip
    asked = leading.post(page_of(person, "open/"), {"reason": HOSTILE})
    assert "<script>alert" not in asked.content.decode()
    shown = leading.post(page_of(person, "open/"), {"reason": "To call them."})["Location"]
    for page in (shown, page_of(person)):
        assert "<script>alert" not in leading.get(page).content.decode()
    assert "gpj" in words(leading.get(shown))


def test_each_page_takes_twelve_queries_at_most(leading, client, person):
    identity_of(person, NAME)
    shown = leading.post(page_of(person, "open/"), {"reason": "x"})["Location"]
    asked = [(leading, page_of(person, step)) for step in ("", "open/", "erase/")]
    asked += [(client, page_of(person, "enter/")), (leading, shown)]
    for browser, address in asked:
        browser.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        taken = [q["sql"] for q in queries if not q["sql"].startswith(NO_TABLE)]
        assert len(taken) <= 12, (address, len(taken))


def test_an_approver_is_told_on_the_way_to_a_hand_over(submission, person):
    identity_of(person, NAME)
    page = words(
        signed_in(approver(submission)).get(
            reverse("submissions:check", args=[submission.reference])
        )
    )
    assert "Kept in the vault" in page and NAME not in page
