"""Somebody's word stands in the way: a documenter is asked to ask them again."""

import pytest
from django.urls import reverse

from impna.errors import NotAllowed, NotNow
from partners import roles
from submissions import desk
from submissions.actions import asking_again
from submissions.models import AskAgain
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    documenter,
    person_in,
    said,
    unit_of_an_authority,
)
from tests.partners.browser import words


@pytest.fixture
def person(db):
    return person_in(complete_draft())


@pytest.fixture
def task(person):
    by = approver(person.submission)
    with acting(by):
        return asking_again.want(person=person, unit=unit_of_an_authority(), by=by)


def page(person, name="consent-detail", *more):
    return reverse(
        f"submissions:{name}", args=[person.submission.reference, person.reference, *more]
    )


def test_it_stands_on_the_documenters_desk_and_on_the_persons_page(person, task):
    rows = [row.what for row in desk.awaiting(documenter())]
    assert "ask W-03 again what may be given of them" in rows
    text = words(signed_in(documenter()).get(page(person)))
    assert "What they said does not cover giving it to" in text


def test_wanted_twice_it_is_once(person, task):
    by = approver(person.submission)
    with acting(by):
        again = asking_again.want(person=person, unit=task.unit, by=by)
    assert again == task
    assert AskAgain.objects.count() == 1


def test_their_next_word_ends_it(person, task):
    said(person)
    assert not AskAgain.objects.open().exists()


def test_a_documenter_says_that_they_cannot_be_asked_once(person, task):
    client = signed_in(documenter())
    address = page(person, "not-again", task.reference)
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": "Not safe now."}).status_code == 302
    assert client.post(address, {"reason": "Again."}).status_code == 409
    assert "again" not in "".join(str(row.what) for row in desk.awaiting(documenter()))


def test_a_reader_wants_nothing(person):
    reader = member(documenter().partner, roles.Reader.code)
    with pytest.raises(NotAllowed), acting(reader):
        asking_again.want(person=person, unit=None, by=reader)
    assert signed_in(reader).post(page(person, "ask-again")).status_code == 403


def test_somebody_taken_out_is_not_asked(person, task):
    from submissions.actions import persons

    by = person.submission.begun_by
    with acting(by):
        persons.remove(person=person, by=by, reason="A mistake.")
        with pytest.raises(NotNow):
            asking_again.want(person=person, unit=None, by=by)
    assert not desk_rows()


def test_others_find_nothing(person, task):
    stranger = signed_in(another_documenter())
    assert stranger.post(page(person, "ask-again")).status_code == 404
    assert stranger.get(page(person, "not-again", task.reference)).status_code == 404


def desk_rows():
    return [row for row in desk.awaiting(documenter()) if "again" in str(row.what)]
