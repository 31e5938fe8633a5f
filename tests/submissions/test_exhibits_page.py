"""The exhibits page: what needs whom, openings of names and files, material without a file."""

import io

import pytest
from django.conf import settings
from django.db import transaction

from custody import vault
from custody.models import CustodyEvent, Opening
from impna.db import acting_as
from partners import roles
from submissions.actions import exhibits
from submissions.actions.exhibits import Declared
from submissions.answers import Answers
from submissions.models import Exhibit, UploadToken
from tests.factories.partners import member, signed_in
from tests.factories.submissions import another_documenter, draft

ANSWERED = Answers(evidence_type="video", recognisable="nobody", obtained="made")
HOSTILE = 'photo\u202egpj.<b onclick="x">.exe'


@pytest.fixture
def submission(db):
    return draft()


@pytest.fixture
def client(submission):
    return signed_in(submission.begun_by)


@pytest.fixture
def address(submission):
    return f"{submission.get_absolute_url()}exhibits/"


def sealed(submission, content=b"what was sent", *, name="example.jpg") -> Exhibit:
    """An exhibit with its file, as the plain form makes it; not examined yet."""
    by, key = submission.begun_by, vault.draft_key(submission.compartment)
    stored = vault.store(io.BytesIO(content), key=key)
    with transaction.atomic(), acting_as(by):
        return exhibits.keep_plain(submission=submission, key=key, stored=stored, name=name, by=by)


def held(submission, **kwargs) -> Exhibit:
    by = submission.begun_by
    with transaction.atomic(), acting_as(by):
        return exhibits.add_without_file(
            submission=submission,
            delivery="held",
            name="Hard disk",
            description="In the safe.",
            declared=Declared(**kwargs),
            by=by,
        )


def test_exhibits_are_grouped_by_what_the_reader_must_do(client, submission, address):
    unanswered, answered, by = sealed(submission), sealed(submission), submission.begun_by
    with transaction.atomic(), acting_as(by):
        exhibits.describe(exhibit=answered, answers=ANSWERED, by=by)
        sending = exhibits.begin_upload(submission=submission, name="b", length=9, by=by)
    context = client.get(address).context
    assert [row.exhibit for row in context["needing"].rows] == [unanswered]
    assert [row.exhibit for row in context["on_their_way"].rows] == [sending]
    assert [row.exhibit for row in context["settled"].rows] == [answered]


def test_names_are_opened_once_for_a_person_and_a_quarter_of_an_hour(
    client, submission, address, clock
):
    held(submission)
    for _visit in range(3):
        assert "Hard disk" in client.get(address).content.decode()
    client.get(f"{address}{submission.exhibits.get().reference}/")
    opened = CustodyEvent.objects.filter(type="custody.opening.opened")
    assert opened.count() == 1
    assert Opening.objects.get().files == []
    colleague = member(submission.partner, roles.Approver.code)
    signed_in(colleague).get(address)
    assert opened.count() == 2
    clock.move(minutes=16)
    client.get(address)
    assert opened.count() == 3


def test_names_are_not_opened_for_strangers(submission):
    from impna.errors import NotAllowed

    stranger = another_documenter()
    with transaction.atomic(), acting_as(stranger), pytest.raises(NotAllowed):
        exhibits.open_names(submission=submission, by=stranger)
    assert not Opening.objects.exists()


def test_a_hostile_name_is_shown_and_does_nothing(client, submission, address):
    sealed(submission, name=HOSTILE)
    page = client.get(address).content.decode()
    assert '<span class="p-char">U+202E</span>gpj.&lt;b onclick=' in page
    assert "<b onclick" not in page


def test_a_documenter_gets_a_token_and_a_reader_none(client, submission, address):
    page = client.get(address).content.decode()
    assert UploadToken.objects.filter(user=submission.begun_by).count() == 1
    assert f'data-uploads="{settings.BYTES_ORIGIN}/bytes/uploads/"' in page
    reader = signed_in(member(submission.partner, roles.Reader.code))
    page = reader.get(address)
    assert page.status_code == 200
    assert "data-token" not in page.content.decode()
    assert UploadToken.objects.count() == 1


def test_the_hard_stops_stand_on_the_upload_page(client, address):
    page = client.get(address).content.decode()
    for words in ("sexual images of children", "classified material", "in danger if it is stored"):
        assert words in page


def test_the_page_shows_digest_and_scan_in_words(own_database, as_owner):
    submission = draft()
    exhibit = sealed(submission)
    client, address = signed_in(submission.begun_by), f"{submission.get_absolute_url()}exhibits/"
    page = client.get(address).content.decode()
    assert bytes(exhibit.file.sha256).hex() in page
    assert "Scan: not examined yet" in page
    scanned(as_owner, exhibit, "not_scanned", "no_scanner")
    assert "No virus scanner was at work." in client.get(address).content.decode()
    page = client.get(f"{address}{exhibit.reference}/open/").content.decode()
    assert "This file was not scanned" in page


def scanned(as_owner, exhibit: Exhibit, scan: str, reason: str = "") -> None:
    """As the worker would write it."""
    with as_owner() as owner:
        owner.execute(
            "UPDATE submissions_exhibit SET scan = %s, scan_reason = %s WHERE id = %s",
            [scan, reason, exhibit.pk],
        )


def test_what_was_answered_is_saved_and_sealed(client, submission, address):
    exhibit = sealed(submission)
    typed = {"recognisable": "someone", "evidence_type": "video", "description": "canary words"}
    answer = client.post(f"{address}{exhibit.reference}/", typed)
    assert answer.status_code == 302
    exhibit.refresh_from_db()
    assert (exhibit.recognisable, exhibit.evidence_type) == ("someone", "video")
    assert b"canary" not in bytes(exhibit.description)
    assert "canary words" in client.get(f"{address}{exhibit.reference}/").content.decode()


def test_an_answer_nobody_gave_is_not_chosen_beforehand(client, submission, address):
    exhibit = sealed(submission)
    assert "checked" not in client.get(f"{address}{exhibit.reference}/").content.decode()
    answer = client.post(f"{address}{exhibit.reference}/", {"evidence_type": "video"})
    assert answer.status_code == 422


def test_a_reader_cannot_answer_take_out_or_add(submission, address):
    exhibit = sealed(submission)
    reader = signed_in(member(submission.partner, roles.Reader.code))
    one = f"{address}{exhibit.reference}/"
    assert reader.get(one).status_code == 200
    assert reader.post(one, {"recognisable": "nobody"}).status_code == 403
    for path in (f"{one}take-out/", f"{one}give-up/", f"{address}describe/"):
        assert reader.get(path).status_code == 403
        assert reader.post(path, {"reason": "Because."}).status_code == 403
    exhibit.refresh_from_db()
    assert (exhibit.recognisable, exhibit.removed_at) == ("unanswered", None)


def test_another_csos_exhibit_does_not_exist_even_under_ones_own_draft(submission):
    exhibit = sealed(submission)
    theirs = draft(another_documenter())
    stranger = signed_in(another_documenter())
    for base in (submission, theirs):
        for rest in ("", "open/", "take-out/", "give-up/"):
            path = f"{base.get_absolute_url()}exhibits/{exhibit.reference}/{rest}"
            assert stranger.get(path).status_code == 404


def test_taking_out_needs_a_reason_and_destroys_the_key(client, submission, address):
    exhibit = sealed(submission)
    path = f"{address}{exhibit.reference}/take-out/"
    assert client.post(path, {"reason": ""}).status_code == 422
    assert client.post(path, {"reason": "Sent by mistake."}).status_code == 302
    exhibit.refresh_from_db()
    exhibit.key.refresh_from_db()
    assert exhibit.removed_at is not None
    assert exhibit.key.destroyed_at is not None
    assert client.get(path).status_code == 404


def test_an_unfinished_upload_is_given_up_after_a_question(client, submission, address):
    by = submission.begun_by
    with transaction.atomic(), acting_as(by):
        exhibit = exhibits.begin_upload(submission=submission, name="b", length=9, by=by)
    path = f"{address}{exhibit.reference}/give-up/"
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 302
    exhibit.refresh_from_db()
    assert exhibit.removed_at is not None


def test_what_is_not_being_sent_is_not_given_up(client, submission, address):
    path = f"{address}{sealed(submission).reference}/give-up/"
    for method in (client.get, client.post):
        assert method(path).status_code == 409


def test_opening_a_file_needs_a_reason_and_names_no_name(client, submission, address):
    exhibit = sealed(submission, name="Amina testimony.MP4")
    path = f"{address}{exhibit.reference}/open/"
    assert client.post(path, {"reason": ""}).status_code == 422
    answer = client.post(path, {"reason": "To compare."})
    page = client.get(answer["Location"]).content.decode()
    permit = Opening.objects.get(target=f"submissions.exhibit:{exhibit.reference}")
    assert permit.files == [{"name": "Exhibit 1.mp4", "file": exhibit.file.reference}]
    assert settings.BYTES_ORIGIN + "/bytes/opened/" in page
    colleague = signed_in(member(submission.partner, roles.Approver.code))
    assert colleague.get(answer["Location"]).status_code == 404


def test_after_fifteen_minutes_the_page_offers_to_open_again(client, submission, address, clock):
    exhibit = sealed(submission)
    answer = client.post(f"{address}{exhibit.reference}/open/", {"reason": "To compare."})
    clock.move(minutes=16)
    page = client.get(answer["Location"]).content.decode()
    assert "/bytes/opened/" not in page
    assert "Open it again" in page


def test_a_quarantined_file_is_not_opened_here(own_database, as_owner):
    submission = draft()
    exhibit = sealed(submission)
    scanned(as_owner, exhibit, "infected", "Eicar")
    client = signed_in(submission.begun_by)
    one = f"{submission.get_absolute_url()}exhibits/{exhibit.reference}/"
    assert "Open the file" not in client.get(one).content.decode()
    assert "This file is infected" in client.get(f"{one}open/").content.decode()
    assert client.post(f"{one}open/", {"reason": "To see it."}).status_code == 403
    assert not Opening.objects.filter(target=f"submissions.exhibit:{exhibit.reference}").exists()


@pytest.mark.parametrize(
    "typed",
    ["AB" * 32, " ".join(["abab"] * 16), "SHA256: " + "ab" * 32, "ab:" * 31 + "ab"],
)
def test_digests_are_taken_as_people_paste_them(client, submission, address, typed):
    form = {"delivery": "held", "name": "Disk", "description": "In the safe.", "sha256": typed,
            "sha512": "CD" * 64, "size": "1 234 567"}  # fmt: skip
    answer = client.post(f"{address}describe/", form)
    assert answer.status_code == 302, answer.content.decode()
    exhibit = submission.exhibits.get()
    assert exhibit.declared_sha256 == "ab" * 32
    assert exhibit.declared_sha512 == "cd" * 64
    assert exhibit.declared_size == 1234567
    assert "Disk" in client.get(address).content.decode()


@pytest.mark.parametrize("typed", ["abc", "g" * 64, "ab" * 33])
def test_a_digest_that_is_none_is_refused_with_what_is_wrong(client, address, typed):
    form = {"delivery": "held", "name": "Disk", "description": "Safe.", "sha256": typed}
    answer = client.post(f"{address}describe/", form)
    assert answer.status_code == 422
    assert "This digest has 64 characters" in answer.content.decode()


def test_what_is_uploaded_here_cannot_be_described_as_elsewhere(client, address):
    form = {"delivery": "portal", "name": "Disk", "description": "In the safe."}
    assert client.post(f"{address}describe/", form).status_code == 422


def test_long_lists_go_on_by_number(client, submission, address):
    from submissions.views.exhibits import PAGE

    by = submission.begun_by
    for _number in range(PAGE + 1):
        exhibit = held(submission)
        with transaction.atomic(), acting_as(by):
            exhibits.describe(exhibit=exhibit, answers=ANSWERED, by=by)
    first = client.get(address).context
    assert len(first["settled"].rows) == PAGE
    rest = client.get(address, {"after": first["settled"].after}).context
    assert [row.exhibit.number for row in rest["settled"].rows] == [PAGE + 1]
