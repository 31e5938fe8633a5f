"""Exhibits that were given: what to know first, one opening each, bytes while the permit lasts."""

import pytest
from django.conf import settings

from cases.actions import access, receiving
from custody.models import CustodyEvent, Opening
from impna.errors import NotAllowed
from partners import roles
from tests.cases.pages import CONTENT, at, at_contact, at_head, file_of, given, words
from tests.factories.cases import analyst, assigned, head
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import documenter


def open_path(referral):
    return f"{referral.get_absolute_url()}open/"


def opened(client, referral):
    """After one opening of the file: the page with its links."""
    form = {"items": [file_of(referral).reference], "reason": "First assessment"}
    answer = client.post(open_path(referral), form)
    assert answer.status_code == 303
    return client.get(answer["Location"])


def path_of(link):
    return link["url"].removeprefix(settings.BYTES_ORIGIN)


def received_bytes(response):
    return b"".join(response.streaming_content)


def test_one_opening_for_each_exhibit_with_a_neutral_name(db):
    referral = given()
    page = opened(at_head(), referral)
    permit = Opening.objects.get(target=f"submissions.exhibit:{file_of(referral).reference}")
    assert permit.files == [{"name": "Exhibit 2.mp4", "file": file_of(referral).file.reference}]
    assert permit.basis == f"referral {referral.reference}"
    assert "Download Exhibit 2.mp4" in words(page)
    assert "Amina" not in words(page)
    assert "Opened by" in words(at_head().get(referral.get_absolute_url()))


def test_a_reason_is_needed_and_what_was_chosen_stays_chosen(db):
    referral = given()
    chosen = file_of(referral).reference
    answer = at_head().post(open_path(referral), {"items": [chosen], "reason": " "})
    assert answer.status_code == 422
    assert f'value="{chosen}" aria-label="Exhibit 2" checked' in answer.content.decode()
    assert at_head().post(open_path(referral), {"reason": "Because"}).status_code == 422
    assert not Opening.objects.filter(target__startswith="submissions.exhibit:").exists()


def test_what_to_know_stands_before_the_opening(db):
    answers = {"markers": ["graphic", "minor"], "handling": ["H1"]}
    referral = given(answers=answers)
    with acting(head()):
        receiving.answer_condition(condition=referral.conditions.get(), answer="accept", by=head())
    page = at_head().get(f"{open_path(referral)}?items={file_of(referral).reference}")
    for told in ("Graphic content", "Concerns a minor", "H1: Not to be disclosed"):
        assert told in words(page)
        assert told in words(at_head().get(referral.get_absolute_url()))


def test_graphic_content_is_chosen_each_by_itself(db):
    referral = given(answers={"markers": ["graphic"]})
    chosen = file_of(referral).reference
    client, form = at_head(), {"items": [chosen], "reason": "To see."}
    page = words(client.get(f"{open_path(referral)}?items={chosen}"))
    assert "Turn the sound off before you play anything" in page
    assert "I choose to open it" in page
    answer = client.post(open_path(referral), form)
    assert answer.status_code == 422
    assert "Exhibit 2: tick that you choose to open it" in words(answer)
    item = referral.items.get(exhibit__number=2)
    with acting(head()), pytest.raises(NotAllowed, match="graphic content"):
        receiving.open_exhibit(item=item, name="x", reason="x", by=head())
    assert not Opening.objects.filter(target__startswith="submissions.exhibit:").exists()
    answer = client.post(open_path(referral), form | {"chosen": [chosen]})
    assert "turn the sound off before you play it" in words(client.get(answer["Location"]))
    assert client.post(open_path(referral), form).status_code == 422


def test_what_is_not_graphic_asks_for_no_tick(db):
    assert "I choose to open it" not in words(at_head().get(open_path(given())))


def test_what_was_not_scanned_opens_after_a_warning(db):
    referral = given(scan="not_scanned")
    assert "open it only on a device you can spare" in words(at_head().get(open_path(referral)))
    assert "Download Exhibit 2.mp4" in words(opened(at_head(), referral))


def test_what_is_in_quarantine_opens_for_an_examiner_alone(db):
    referral = given(scan="infected")
    chosen = file_of(referral).reference
    form = {"items": [chosen], "reason": "To examine."}
    for client in (at_head(), at(referral, analyst())):
        assert f'value="{chosen}"' not in client.get(open_path(referral)).content.decode()
        assert client.post(open_path(referral), form).status_code == 403
    examiner = member(head().partner, roles.ForensicExaminer.code, unit=referral.unit)
    client = signed_in(assigned(referral, examiner))
    assert "Open it only on a device made for this" in words(client.get(open_path(referral)))
    assert "Download Exhibit 2.mp4" in words(opened(client, referral))


def test_what_is_held_elsewhere_has_no_bytes_and_can_be_asked_for(db):
    referral = given()
    shown = words(at_head().get(referral.get_absolute_url()))
    assert "the sender can say more or give it. Ask for it" in shown
    held = referral.submission.exhibits.get(number=1).reference
    form = {"items": [held], "reason": "To see."}
    assert at_head().post(open_path(referral), form).status_code == 422


def test_an_exhibit_of_another_referral_cannot_be_named_here(db):
    referral, other = given(), given()
    form = {"items": [file_of(other).reference], "reason": "To see."}
    assert at_head().post(open_path(referral), form).status_code == 422


def test_links_are_for_the_person_and_for_fifteen_minutes(db, clock):
    referral = given()
    client = at_head()
    address = f"{referral.get_absolute_url()}opened/"
    opened(client, referral)
    colleague = at(referral, analyst())
    assert "Nothing is open for you" in words(colleague.get(address))
    assert at_contact().get(address).status_code == 403
    clock.move(minutes=16)
    assert "Nothing is open for you" in words(at_head().get(address))


def test_ranges_are_read_under_the_permit_and_end_with_a_recall(own_database):
    referral = given()
    client = at_head()
    (link,) = opened(client, referral).context["links"]
    whole = client.get(path_of(link))
    assert received_bytes(whole) == CONTENT
    assert "Exhibit 2.mp4" in whole["Content-Disposition"]
    part = client.get(path_of(link), headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert received_bytes(part) == CONTENT[100:200]
    assert signed_in(documenter()).get(path_of(link)).status_code == 404
    assert at_contact().get(path_of(link)).status_code == 404
    with acting(referral.sent_by):
        access.recall(referral=referral, reason="", by=referral.sent_by)
    assert client.get(path_of(link)).status_code == 403
    assert "Nothing is open for you" in words(client.get(f"{referral.get_absolute_url()}opened/"))


def test_ranges_end_when_the_assignment_does(own_database):
    from cases.actions import assignments
    from cases.models import Assignment

    referral = given()
    client = at(referral, analyst())
    (link,) = opened(client, referral).context["links"]
    assert received_bytes(client.get(path_of(link))) == CONTENT
    with acting(head()):
        assignments.end(assignment=Assignment.objects.get(), by=head())
    assert client.get(path_of(link)).status_code == 403


def test_the_senders_page_of_the_exhibit_tells_nothing_of_it(db):
    referral = given()
    exhibit = file_of(referral)
    address = f"{referral.submission.get_absolute_url()}exhibits/{exhibit.reference}/"
    theirs = signed_in(documenter())
    theirs.get(address)
    before = [event.pk for event in theirs.get(address).context["events"].events]
    opened(at_head(), referral)
    assert CustodyEvent.objects.filter(
        on=f"submissions.exhibit:{exhibit.reference}", partner=head().partner.reference
    ).exists()
    assert [event.pk for event in theirs.get(address).context["events"].events] == before


def test_one_units_openings_are_not_told_to_another_of_the_same_partner(db):
    from cases.actions import receiving, referrals
    from tests.factories.cases import fresh
    from tests.factories.partners import unit_of

    referral = given()
    other = unit_of(head().partner, "Another unit")
    theirs = member(head().partner, roles.HeadOfUnit.code, unit=other)
    with acting(referral.sent_by):
        second = referrals.refer(
            version=referral.version,
            recipient=referrals.Recipient(unit=other),
            by=referral.sent_by,
        )
    with acting(theirs):
        receiving.acknowledge(referral=second, by=theirs)
    opened(at_head(), referral)
    shown = words(signed_in(theirs).get(fresh(second).get_absolute_url()))
    assert "Not opened" in shown
    assert "First assessment" not in shown
