"""Who can be recognised where, on what basis, and who signs it."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from custody.models import CustodyEvent, Opening
from impna.errors import NotAllowed, NotNow
from partners import roles
from submissions.actions import links, versions
from submissions.completeness import missing
from submissions.links import LinkDetails, numbers_in, ranges_of
from submissions.models import Contribution, Exhibit, Link
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    documenter,
    handed_over,
    person_in,
    recognised,
    said,
)
from tests.partners.browser import words

CANARY = "Behind-the-old-mill"


@pytest.fixture
def submission(db):
    return complete_draft(recognisable="someone", identified_by=["face"])


@pytest.fixture
def client(submission):
    return signed_in(submission.begun_by)


def page(submission, name="link-list", *more):
    return reverse(f"submissions:{name}", args=[submission.reference, *more])


def unknown(**more):
    return {
        "who": "unknown",
        "fewest": "150",
        "most": "200",
        "describe": f"passers-by {CANARY}",
        "basis": "not_reachable",
        "reason": "A public square; faces are small.",
        "numbers": "1",
    } | more


def parts(submission):
    return [one.words for one in missing(submission, sealed=True)]


def test_an_exhibit_with_somebody_waits_until_it_is_said_who(submission):
    assert parts(submission) == ["who can be recognised in exhibits: 1"]
    recognised(submission, basis="not_required", numbers=(1,))
    assert parts(submission) == []


def test_whoever_was_asked_waits_for_what_they_said(submission):
    person = person_in(submission)
    recognised(submission, person, numbers=(1,))
    assert parts(submission) == ["W-03: what they said when they were asked"]
    said(person)
    assert parts(submission) == []


def test_words_with_somebody_wait_until_it_is_said_who(db):
    submission = complete_draft()
    submission.cover_sheet.recognisable = "someone"
    submission.cover_sheet.save(update_fields=["recognisable"])
    assert parts(submission) == ["who can be recognised in what is written"]
    recognised(submission, basis="not_required", in_words=True)
    assert parts(submission) == []


def test_two_hundred_unknown_faces_are_one_answer(submission, client):
    response = client.post(page(submission, "link-add"), unknown())
    assert response.status_code == 302
    link = submission.links.get()
    assert (str(link), link.basis) == ("150 to 200 unknown people", "not_reachable")
    assert CANARY not in str(Link.objects.values().get())
    assert CANARY in words(client.get(page(submission)))


def test_one_answer_serves_for_many_exhibits(submission, client):
    for _number in range(3):
        Exhibit.objects.create(
            submission=submission,
            number=Exhibit.objects.count() + 1,
            recognisable="someone",
            delivery="held",
            key=_key(submission),
            added_by=submission.begun_by,
            added_at=submission.begun_at,
        )
    client.post(page(submission, "link-add"), unknown(numbers="1-2, 4"))
    link = submission.links.get()
    assert list(link.exhibits.values_list("number", flat=True)) == [1, 2, 4]
    assert "Exhibit 3" in words(client.get(page(submission)))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"who": ""}, "Choose who it is."),
        ({"fewest": "", "most": ""}, "Say at least how many; one is enough."),
        ({"fewest": "5", "most": "4"}, "This is less than “at least”."),
        ({"basis": ""}, "Choose on what basis they are given."),
        ({"basis": "asked"}, "Whoever was asked has a code."),
        ({"basis": "not_required"}, "Say why they need not be asked."),
        ({"reason": " "}, "Say why it is right to give it all the same."),
        ({"numbers": ""}, "Say where they can be recognised."),
        ({"numbers": "1, 9"}, "There is no exhibit 9."),
        ({"numbers": "x"}, "Type numbers of exhibits, such as 1-12, 15."),
    ],
)
def test_each_field_is_refused_in_its_own_sentence(submission, client, typed, sentence):
    response = client.post(page(submission, "link-add"), unknown(**typed))
    assert response.status_code == 422
    assert sentence in words(response)
    assert CANARY in words(response)
    assert not submission.links.exists()


def test_a_risk_decision_is_signed_by_an_approver_who_did_not_write_it(submission):
    link = recognised(submission, basis="deceased", numbers=(1,))
    with pytest.raises(NotNow, match="sign first"), acting(approver(submission)):
        versions.hand_over(submission=submission, by=approver(submission))
    client = signed_in(approver(submission))
    assert "Weighed: I sign it" in words(client.get(page(submission)))
    assert client.post(page(submission, "link-sign", link.reference)).status_code == 302
    link.refresh_from_db()
    assert link.signed_by == approver(submission)
    assert handed_over(submission).number == 1


def test_the_writer_of_a_risk_decision_does_not_sign_it(db):
    submission = complete_draft(by_approver=True, recognisable="someone", identified_by=["face"])
    link, by = recognised(submission, basis="deceased", numbers=(1,)), submission.begun_by
    with pytest.raises(NotAllowed, match="Somebody who did not write it"), acting(by):
        links.sign(link=link, by=by)
    with pytest.raises(DatabaseError, match="somebody else"), transaction.atomic():
        Link.objects.filter(pk=link.pk).update(signed_by=by, signed_at=submission.begun_at)


def test_a_documenter_does_not_sign(submission, client):
    link = recognised(submission, basis="deceased", numbers=(1,))
    assert client.post(page(submission, "link-sign", link.reference)).status_code == 403


def test_signing_twice_is_refused(submission):
    link, by = recognised(submission, basis="deceased", numbers=(1,)), approver(submission)
    with acting(by):
        links.sign(link=link, by=by)
        with pytest.raises(NotNow, match="nothing to sign"):
            links.sign(link=link, by=by)


def test_a_change_takes_the_signature_away(submission, client):
    link, by = recognised(submission, basis="not_reachable", numbers=(1,)), approver(submission)
    with acting(by):
        links.sign(link=link, by=by)
    address = page(submission, "link-change", link.reference)
    assert "an approver has to sign it again" in words(client.get(address))
    client.post(address, {"basis": "deceased", "reason": "Other.", "numbers": "1"})
    link.refresh_from_db()
    assert (link.basis, link.signed_by, link.signed_at) == ("deceased", None, None)


def test_nothing_that_was_signed_changes_under_the_signature(submission):
    link, by = recognised(submission, basis="not_reachable", numbers=(1,)), approver(submission)
    with acting(by):
        links.sign(link=link, by=by)
    for change in ({"basis": "deceased"}, {"in_words": True}, {"details": b"x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Link.objects.filter(pk=link.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        link.linked.all().delete()


def test_a_link_is_ended_and_never_deleted(submission, client):
    link = recognised(submission, basis="not_required", numbers=(1,))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM submissions_link")
    client.post(page(submission, "link-end", link.reference), {"reason": "A mistake."})
    link.refresh_from_db()
    assert link.ended_at is not None
    assert parts(submission) == ["who can be recognised in exhibits: 1"]
    again = client.post(page(submission, "link-end", link.reference), {"reason": "Again."})
    assert again.status_code == 409


def test_a_link_joins_what_is_of_one_submission(submission):
    other = complete_draft(title="Another example")
    link = recognised(submission, basis="not_required", numbers=(1,))
    with pytest.raises(DatabaseError, match="of its submission"), transaction.atomic():
        link.linked.create(exhibit=other.exhibits.get())
    stranger = person_in(other)
    with pytest.raises(NotNow, match="taken out"):
        recognised(submission, stranger, numbers=(1,))


def test_nobody_can_be_answered_only_after_links_are_gone(submission, client):
    recognised(submission, basis="not_required", numbers=(1,))
    exhibit = submission.exhibits.get()
    address = reverse("submissions:exhibit-detail", args=[submission.reference, exhibit.reference])
    typed = {"recognisable": "nobody", "evidence_type": "video", "obtained": "made"}
    response = client.post(address, typed)
    assert response.status_code == 422
    assert "It is said who can be recognised in it" in words(response)


def test_found_out_after_a_hand_over_it_is_added_and_not_taken_away(submission):
    recognised(submission, basis="not_required", numbers=(1,))
    version = handed_over(submission)
    client = signed_in(version.submission.begun_by)
    assert client.post(page(submission, "link-add"), unknown()).status_code == 302
    link = submission.links.latest("pk")
    taken = client.post(page(submission, "link-end", link.reference), {"reason": "No."})
    assert taken.status_code == 409


def test_others_find_no_such_page(submission):
    link = recognised(submission, basis="not_required", numbers=(1,))
    stranger = signed_in(another_documenter())
    for name, more in (
        ("link-list", ()),
        ("link-add", ()),
        ("link-change", (link.reference,)),
        ("link-end", (link.reference,)),
    ):
        assert stranger.get(page(submission, name, *more)).status_code == 404


def test_a_reader_reads_and_changes_nothing(submission):
    link = recognised(submission, basis="not_required", numbers=(1,))
    reader = signed_in(member(documenter().partner, roles.Reader.code))
    assert "Add someone" not in words(reader.get(page(submission)))
    assert reader.post(page(submission, "link-add"), unknown()).status_code == 403
    assert reader.get(page(submission, "link-change", link.reference)).status_code == 403


def test_the_log_learns_no_words_and_reading_is_an_opening(submission, client):
    client.post(page(submission, "link-add"), unknown())
    event = CustodyEvent.objects.filter(type="submissions.link.added").get()
    assert CANARY not in event.entry
    assert Contribution.objects.filter(submission=submission).exists()
    client.get(page(submission))
    assert Opening.objects.filter(submission=submission.reference).exists()


def test_a_frozen_version_says_who_could_be_recognised(submission):
    from submissions import manifest

    recognised(submission, basis="not_required", numbers=(1,), in_words=True)
    told = manifest.read(handed_over(submission))
    assert told["links"][0]["exhibits"] == [1]
    assert told["exhibits"][0]["people"] == [
        {"code": "", "fewest": 150, "most": 200, "basis": "not_required"}
    ]
    assert told["cover_sheet"]["recognisable"] == "nobody"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("1-3, 7", [1, 2, 3, 7]),
        ("3 1 1", [1, 3]),
        ("2–4", [2, 3, 4]),
        ("", []),
        ("4-2", None),
        ("0", None),
        ("1-9999999", None),
        ("a", None),
    ],
)
def test_numbers_are_read_as_people_type_them(typed, found):
    assert numbers_in(typed) == found


def test_numbers_are_said_as_ranges():
    assert ranges_of([7, 1, 2, 3]) == "1–3, 7"
    assert ranges_of([]) == ""


def test_a_basis_is_on_the_list():
    with pytest.raises(NotAllowed):
        LinkDetails().check("because")


def _key(submission):
    from custody import vault

    return vault.new_key(submission.compartment)
