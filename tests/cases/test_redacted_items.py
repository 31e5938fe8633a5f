"""A referral offers redacted copies first; originals that identify somebody need a second permission."""

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse

from cases.actions import assignments, deadlines, decisions, receiving, referrals, requests
from cases.models import Recall, Referral, ReferralItem, Taken
from custody import vault
from custody.intake.clamd import Verdict
from impna.db import acting_as
from impna.errors import NotAllowed
from partners import roles
from submissions.actions import redacting, redactions
from submissions.models import Redaction
from tests.cases.pages import CONTENT, with_file
from tests.cases.test_recipient_openings import received_bytes
from tests.factories.cases import contact, fresh, head, officer, question, received, referred
from tests.factories.partners import acting, member, signed_in
from tests.factories.redactions import supplied
from tests.factories.submissions import (
    approver,
    complete_draft,
    person_in,
    recognised,
    said,
    unit_of_an_authority,
)
from tests.partners.browser import words
from tests.submissions.test_redactions import read_by

COPY = b"A copy in which nobody can be recognised." * 300


@pytest.fixture(autouse=True)
def scanner_finds_nothing(monkeypatch):
    """It has its own tests."""
    monkeypatch.setattr("custody.scanning.scan", lambda pieces, **_more: Verdict("clean"))


@pytest.fixture
def shown(own_database):
    """A complete draft whose second exhibit has a file and shows somebody who agreed to all."""
    submission = with_file(complete_draft(), recognisable="someone", identified_by=["face"])
    person = person_in(submission, "W-07")
    recognised(submission, person, numbers=(2,))
    said(person)
    return submission


@pytest.fixture
def copy(shown, as_worker):
    return confirmed(shown, as_worker)


def confirmed(submission, as_worker, content=COPY):
    """A redacted copy of the second exhibit, looked at and confirmed by its documenter."""
    exhibit, by = submission.exhibits.select_related("submission", "key").get(number=2), None
    made, by = supplied(exhibit, content, name="bare.jpg"), submission.begun_by
    with as_worker():
        redacting.run_due()
    made = Redaction.objects.select_related("exhibit__submission", "file").get(pk=made.pk)
    read_by(made, by)
    with acting(by):
        return redactions.confirm(redaction=made, by=by)


def given(submission, **how):
    """Handed over to the standing unit; the referral."""
    by, unit = approver(submission), unit_of_an_authority()
    with acting(by):
        recipient = referrals.Recipient(unit=unit, **how)
        referrals.hand_over(submission=submission, recipients=[recipient], by=by)
    return Referral.objects.get(submission=submission)


def item_of(referral):
    return referral.items.live().get(exhibit__number=2)


def opened(target, by, file):
    with transaction.atomic(), acting_as(by):
        return vault.open(target, by=by, reason="To read it.", files={"x.jpg": file})


def assigned_to(user, referral, **how):
    by = head()
    with acting(by):
        assignments.assign(referral=referral, user=user, by=by, **how)
    return signed_in(user)


def bytes_of(client, referral):
    """Everything that this person's page of openings links to, by name."""
    page = client.get(reverse("cases:opened", args=[referral.reference]))
    return {
        link["name"]: received_bytes(client.get(link["url"].removeprefix(settings.BYTES_ORIGIN)))
        for link in page.context["links"]
    }


class TestWhatIsGiven:
    def test_the_redacted_copy_goes_before_the_original(self, shown, copy):
        item = item_of(given(shown))
        assert (item.copy, item.file, item.identifies) == (copy, copy.file, False)

    def test_the_original_goes_where_the_approver_says_so(self, shown, copy):
        exhibit = copy.exhibit
        item = item_of(given(shown, originals={exhibit.pk}))
        assert (item.copy, item.file, item.identifies) == (None, exhibit.file, True)

    def test_a_copy_nobody_confirmed_is_not_given(self, shown, as_worker):
        supplied(shown.exhibits.get(number=2), COPY)
        assert item_of(given(shown)).copy is None

    def test_a_copy_is_covered_where_face_and_voice_are_not(self, shown, as_worker):
        person = shown.persons.get(code="W-07")
        said(person, scopes={"C18": "refused"})
        with pytest.raises(NotAllowed, match="face and voice"):
            given(shown)
        copy = confirmed(shown, as_worker)
        assert item_of(given(shown)).copy == copy

    def test_the_walk_offers_it_first_and_says_which(self, shown, copy):
        client, unit = signed_in(approver(shown)), unit_of_an_authority()
        address = reverse("cases:hand-over", args=[shown.reference])
        chosen = {"route": "direct", "units": [unit.reference]}
        step = client.post(address, chosen | {"to": "conditions"})
        assert "There is a redacted copy of it." in words(step)
        (form,) = step.context["walk"].forms
        assert form["form"].initial == "copies"
        ref = unit.reference
        typed = {f"{ref}-mode": "full", f"{ref}-which": "all", f"{ref}-conditions": ""}
        typed |= chosen | {f"{ref}-form": "copies", "to": "check"}
        page = words(client.post(address, typed))
        assert "As redacted copies: Exhibit 2" in page
        page = words(client.post(address, typed | {f"{ref}-form": "originals"}))
        assert "As redacted copies" not in page
        assert client.post(address, typed | {f"{ref}-form": ""}).status_code == 422
        last = typed | {f"{ref}-form": "originals", "to": "done", "number": "1", "checked": "on"}
        last |= {"looked": "on"}
        assert client.post(address, last).status_code == 302
        assert item_of(Referral.objects.get(submission=shown)).copy is None

    def test_the_original_can_follow_as_an_answer(self, shown, copy):
        referral = received(submission=shown)
        asked, by = question(referral), approver(shown)
        exhibit = copy.exhibit
        client = signed_in(by)
        page = reverse("cases:answer", args=[referral.reference, asked.reference])
        assert "Give originals" in words(client.get(page))
        typed = {"do": "answer", "text": "Here it is.", "exhibits": ["2"], "originals": "on"}
        assert client.post(page, typed).status_code == 302
        item = item_of(referral)
        assert item.copy is None
        before = ReferralItem.objects.get(referral=referral, copy=copy)
        assert (before.ended_by, before.exhibit) == (by, exhibit)

    def test_whoever_has_the_original_gets_no_copy_of_it(self, shown, copy):
        referral = given(shown, originals={copy.exhibit.pk})
        with acting(contact()):
            receiving.acknowledge(referral=referral, by=contact())
        asked, by = question(referral), approver(shown)
        with acting(by):
            requests.answer(request=asked, text="Here.", exhibits=[copy.exhibit], by=by)
        assert item_of(referral).copy is None


class TestTheDatabase:
    def insert(self, referral, **changes):
        old = item_of(referral)
        row = {
            "referral_id": referral.pk,
            "version_id": old.version_id,
            "exhibit_id": old.exhibit_id,
            "copy_id": old.copy_id,
            "given_by_id": old.given_by_id,
            "given_at": old.given_at,
        } | changes
        names, places = ", ".join(row), ", ".join(["%s"] * len(row))
        with acting(referral.sent_by), connection.cursor() as cursor:
            cursor.execute("UPDATE cases_referralitem SET ended_at = now() WHERE id = %s", [old.pk])
            cursor.execute(
                f"INSERT INTO cases_referralitem ({names}) VALUES ({places})", list(row.values())
            )

    def test_a_copy_that_was_taken_back_is_not_given(self, shown, copy, as_worker):
        referral, other = given(shown), shown.begun_by
        with acting(other):
            redactions.take_back(redaction=copy, reason="A face is left.", by=other)
        row = ReferralItem.objects.filter(copy=copy).get()
        with pytest.raises(DatabaseError, match="confirmed"), acting(referral.sent_by):
            ReferralItem.objects.create(
                referral=referral,
                version=row.version,
                exhibit=row.exhibit,
                copy=copy,
                given_by=row.given_by,
                given_at=row.given_at,
            )

    def test_a_copy_of_another_exhibit_is_not_given(self, shown, copy):
        referral = given(shown)
        first = shown.exhibits.get(number=1)
        with pytest.raises(DatabaseError, match="confirmed"):
            self.insert(referral, exhibit_id=first.pk)

    def test_an_original_nobody_agreed_to_is_refused_where_its_copy_was_given(self, shown, copy):
        referral = given(shown)
        said(shown.persons.get(code="W-07"), scopes={"C18": "refused"})
        with pytest.raises(DatabaseError, match="not_image"):
            self.insert(referral, copy_id=None)

    def test_an_item_never_changes_its_form(self, shown, copy):
        item = item_of(given(shown))
        with pytest.raises(DatabaseError, match="permission denied"), acting(item.given_by):
            ReferralItem.objects.filter(pk=item.pk).update(copy=None)


class TestOpening:
    def test_a_recipient_gets_the_copy_and_not_the_original(self, shown, copy):
        referral = received(submission=shown)
        client = signed_in(head())
        page = client.get(referral.get_absolute_url())
        assert "Redacted copy" in words(page)
        assert "Nobody, in this copy" in words(page)
        form = {"items": [copy.exhibit.reference], "reason": "To read it."}
        assert client.post(f"{referral.get_absolute_url()}open/", form).status_code == 303
        found = bytes_of(client, referral)
        assert found == {"Exhibit 2, redacted copy 1.jpg": COPY}
        with pytest.raises(NotAllowed):
            opened(copy.exhibit, head(), copy.exhibit.file)
        assert "Opened by" in words(client.get(referral.get_absolute_url()))

    def test_whoever_was_given_the_original_cannot_open_a_copy(self, shown, copy):
        received(submission=shown)
        referral = Referral.objects.get()
        asked, by = question(referral), approver(shown)
        with acting(by):
            exhibit = copy.exhibit
            requests.answer(
                request=asked, text="Here.", exhibits=[exhibit], originals=[exhibit.pk], by=by
            )
        with pytest.raises(NotAllowed):
            opened(copy, head(), copy.file)

    def test_an_identifying_original_opens_only_for_whom_the_head_names(self, shown):
        referral = received(submission=shown)
        exhibit = shown.exhibits.get(number=2)
        client = assigned_to(officer(), referral)
        page = words(client.get(referral.get_absolute_url()))
        assert "Only whom a head of the unit names for it opens it." in page
        form = {"items": [exhibit.reference], "reason": "To read it."}
        refused = client.post(f"{referral.get_absolute_url()}open/", form)
        assert refused.status_code == 403
        with acting(head()):
            assignments.end(assignment=referral.assignments.get(), by=head())
        client = assigned_to(officer(), referral, identifying=True)
        assert client.post(f"{referral.get_absolute_url()}open/", form).status_code == 303
        assert bytes_of(client, referral) == {"Exhibit 2.mp4": CONTENT}

    def test_the_head_names_whom_on_the_page_of_assignments(self, shown):
        referral, client = received(submission=shown), signed_in(head())
        page = f"{referral.get_absolute_url()}assign/"
        typed = {"user": officer().reference, "identifying": "on"}
        assert client.post(page, typed).status_code == 303
        assert referral.assignments.get().identifying
        assert "Also originals in which someone can be recognised" in words(client.get(page))

    def test_what_shows_nobody_needs_no_second_permission(self, own_database):
        submission = with_file(complete_draft())
        referral = received(submission=submission)
        client = assigned_to(officer(), referral)
        form = {"items": [submission.exhibits.get(number=2).reference], "reason": "To read it."}
        assert client.post(f"{referral.get_absolute_url()}open/", form).status_code == 303

    def test_a_reader_of_the_sender_opens_copies_and_no_identifying_original(self, shown, copy):
        reader = member(shown.partner, roles.Reader.code)
        with pytest.raises(NotAllowed):
            opened(copy.exhibit, reader, copy.exhibit.file)
        assert opened(copy, reader, copy.file).basis == "own partner"
        assert opened(copy.exhibit, approver(shown), copy.exhibit.file).basis == "own partner"


class TestAfterwards:
    def test_a_copy_taken_back_is_asked_back_from_whoever_has_it(self, shown, copy):
        referral, by = received(submission=shown), shown.begun_by
        with acting(by):
            redactions.take_back(redaction=copy, reason="A face is left.", by=by)
        recall = Recall.objects.get(referral=referral)
        assert recall.numbers == [2]
        with pytest.raises(NotAllowed):
            opened(copy, head(), copy.file)

    def test_the_copy_that_was_taken_into_a_file_is_read_again(self, shown, copy, as_worker):
        referral, by = received(submission=shown), head()
        with acting(by):
            decisions.take_into_file(
                referral=referral, items=[item_of(referral)], is_named=False, by=by
            )
        with as_worker():
            assert deadlines.check_taken() == 1
        assert Taken.objects.get().holds is True

    def test_a_supplement_gives_what_is_new_as_copies(self, shown, copy):
        referral = fresh(referred(submission=shown))
        assert item_of(referral).copy == copy
