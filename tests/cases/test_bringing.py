"""What was described without its file is given later: a supplement brings it, linked and compared."""

import hashlib
import io
from unittest import mock

import pytest
from django.db import transaction
from django.urls import reverse

from cases.actions import referrals, requests
from cases.models import Attachment, ReferralItem
from custody import vault
from custody.models import CustodyEvent
from impna.db import acting_as
from impna.errors import NotAllowed, NotNow
from submissions.actions import drafts, exhibits, progress
from submissions.models import Exhibit, Submission
from tests.factories.cases import fresh, head, received
from tests.factories.partners import acting, signed_in
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    describe,
    documenter,
    draft,
    handed_over,
)
from tests.partners.browser import words

CONTENT = b"The pages of an example notebook."


def declared(content: bytes = CONTENT) -> exhibits.Declared:
    return exhibits.Declared(sha256=hashlib.sha256(content).hexdigest())


def described(stated: exhibits.Declared | None = None) -> Submission:
    """A complete draft whose first exhibit is held elsewhere and known under W-03."""
    submission = complete_draft()
    by = submission.begun_by
    with acting(by):
        exhibits.remove(exhibit=submission.exhibits.present().get(), by=by, reason="Example.")
        held = exhibits.add_without_file(
            submission=submission, delivery="held", name="notebook", description="",
            declared=stated or exhibits.Declared(), by=by,
        )  # fmt: skip
        describe(held, by, description="A notebook.", markers=["graphic"])
    return Submission.objects.select_related("partner", "compartment").get(pk=submission.pk)


def supplemented(submission: Submission) -> Exhibit:
    """The draft of the next version, with a file in it of which nothing is said yet."""
    by = submission.begun_by
    submission = Submission.objects.select_related("partner", "compartment").get(pk=submission.pk)
    with acting(by):
        submission = progress.begin_supplement(submission=submission, by=by)
        submission = drafts.allow_files(submission=submission, by=by)
    key = vault.draft_key(submission.compartment)
    stored, new = vault.store(io.BytesIO(CONTENT), key=key), exhibits._new

    def examined(*args: object, **kwargs: object) -> Exhibit:
        """As a worker leaves it, which alone may change the result afterwards."""
        exhibit = new(*args, **kwargs)
        exhibit.scan = "clean"
        return exhibit

    with transaction.atomic(), acting_as(by), mock.patch.object(exhibits, "_new", examined):
        return exhibits.keep_plain(
            submission=submission, key=key, stored=stored, name="scan.pdf", by=by
        )


def page_of(exhibit: Exhibit) -> str:
    return reverse(
        "submissions:exhibit-detail", args=[exhibit.submission.reference, exhibit.reference]
    )


def earlier_of(exhibit: Exhibit) -> Exhibit:
    return exhibit.submission.exhibits.described_before().get()


def test_the_page_of_a_new_file_asks_which_exhibit_it_is_and_takes_its_answers_over(db):
    version = handed_over(described())
    exhibit = supplemented(version.submission)
    client, here = signed_in(documenter()), page_of(exhibit)
    assert "Was it described before?" in words(client.get(here))
    chosen = {"earlier": earlier_of(exhibit).reference}
    assert client.post(f"{here}brings/", chosen).status_code == 302
    exhibit.refresh_from_db()
    assert exhibit.brings.number == 2
    assert (exhibit.recognisable, exhibit.obtained, exhibit.markers) == (
        "nobody", "made", ["graphic"],
    )  # fmt: skip
    with acting(documenter()):
        assert exhibits.read_description(exhibit) == "A notebook."
    assert "brings the file of Exhibit 2" in words(client.get(here))
    assert client.post(f"{here}brings/", {"earlier": ""}).status_code == 302
    exhibit.refresh_from_db()
    assert exhibit.brings is None


def test_answers_that_were_given_already_stay(db):
    exhibit = supplemented(handed_over(described()).submission)
    by = documenter()
    with acting(by):
        describe(exhibit, by, description="Pages 1 to 48.")
        exhibits.bring(exhibit=exhibit, earlier=earlier_of(exhibit), by=by)
    exhibit.refresh_from_db()
    assert exhibit.markers == []
    with acting(by):
        assert exhibits.read_description(exhibit) == "Pages 1 to 48."


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        (CONTENT, "its digest is the one stated then"),
        (b"another", "its digest is not the one stated then"),
        (None, "The file of Exhibit 2."),
    ],
    ids=["the same", "another", "none"],
)
def test_a_recipient_sees_what_it_brings_and_whether_the_digests_agree(db, stated, says):
    referral = received(submission=described(declared(stated) if stated else None))
    exhibit = supplemented(referral.submission)
    by = documenter()
    with acting(by):
        exhibits.bring(exhibit=exhibit, earlier=earlier_of(exhibit), by=by)
        own = words(signed_in(by).get(page_of(exhibit)))
    assert ("Not the digest stated before" in own) == (stated == b"another")
    submission = Submission.objects.select_related("partner", "compartment").get(
        pk=exhibit.submission_id
    )
    sender = approver(submission)
    with acting(sender):
        referrals.hand_over(submission=submission, recipients=[], by=sender)
    assert ReferralItem.objects.live().filter(exhibit=exhibit).exists()
    client = signed_in(head())
    client.post(f"{referral.get_absolute_url()}open/", {"reason": "Reading."})
    assert says in words(client.get(referral.get_absolute_url()))


def test_only_what_was_handed_over_without_its_file_can_be_chosen(db):
    exhibit = supplemented(handed_over(described()).submission)
    elsewhere = handed_over(complete_draft(by=another_documenter())).items.get().exhibit
    by = documenter()
    for wrong in (elsewhere, exhibit):
        with acting(by), pytest.raises(NotAllowed):
            exhibits.bring(exhibit=exhibit, earlier=wrong, by=by)
    for typed in (elsewhere.reference, exhibit.reference, "x"):
        answer = signed_in(by).post(f"{page_of(exhibit)}brings/", {"earlier": typed})
        assert answer.status_code == 409
    assert not CustodyEvent.objects.filter(type="submissions.exhibit.file_brought").exists()


def test_what_has_been_handed_over_itself_brings_nothing_any_more(db):
    version = handed_over(described())
    exhibit = supplemented(version.submission)
    by = documenter()
    with acting(by), pytest.raises(NotNow):
        exhibits.bring(exhibit=earlier_of(exhibit), earlier=earlier_of(exhibit), by=by)
    first = draft(by)
    with acting(by):
        held = exhibits.add_without_file(
            submission=first, delivery="held", name="x", description="",
            declared=exhibits.Declared(), by=by,
        )  # fmt: skip
        with pytest.raises(NotNow):
            exhibits.bring(exhibit=held, earlier=None, by=by)


def test_for_others_the_page_does_not_exist(db):
    exhibit = supplemented(handed_over(described()).submission)
    answer = signed_in(another_documenter()).post(f"{page_of(exhibit)}brings/", {"earlier": ""})
    assert answer.status_code == 404


def test_a_request_for_held_material_says_how_and_is_answered_with_the_file(db):
    referral = received(submission=described())
    with acting(head()):
        asked = requests.ask(referral=referral, kind="provide_held", text="Please.", by=head())
    sender = signed_in(referral.sent_by)
    address = reverse("cases:answer", args=[referral.reference, asked.reference])
    page = words(sender.get(address))
    assert "Described, but not here yet: Exhibit 2." in page
    assert "Exhibits that answer it" not in page
    exhibit = supplemented(referral.submission)
    by = documenter()
    with acting(by):
        exhibits.bring(exhibit=exhibit, earlier=earlier_of(exhibit), by=by)
    submission = Submission.objects.select_related("partner", "compartment").get(
        pk=exhibit.submission_id
    )
    with acting(referral.sent_by):
        referrals.hand_over(submission=submission, recipients=[], by=referral.sent_by)
    page = words(sender.get(address))
    assert "Described, but not here yet" not in page
    typed = {"do": "answer", "text": "Here it is.", "exhibits": [str(exhibit.number)]}
    assert sender.post(address, typed).status_code == 302
    asked.refresh_from_db()
    assert asked.status == "answered"
    attached = Attachment.objects.filter(request=asked)
    assert [one.exhibit for one in attached] == [exhibit]
    assert fresh(referral).version.number == 2
