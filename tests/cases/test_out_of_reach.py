"""What was given closes when the recipient's assessment lapses, or allows less (DESIGN 4)."""

import pytest

from cases import policies
from custody import vault
from impna.errors import NotAllowed
from partners.actions import organisations
from tests.cases.pages import given
from tests.factories.cases import fresh, head
from tests.factories.partners import acting, coordinators, signed_in, vet
from tests.partners.browser import words


@pytest.fixture
def referral(own_database):
    return given()


def assessed(referral, reach):
    """Two coordinators say how far it reaches from now on."""
    first, second = coordinators()[:2]
    vetting = vet(referral.unit.partner, by=first, reach=reach)
    with acting(second):
        organisations.confirm_vetting(vetting=vetting, by=second, reason="Agreed.")
    return fresh(referral)


def test_a_lapsed_assessment_closes_all_but_the_cover_sheet(referral, clock):
    client = signed_in(head())
    assert "Open the selected exhibits" in words(client.get(referral.get_absolute_url()))
    clock.move(days=301)
    referral, client = fresh(referral), signed_in(head())
    page = words(client.get(referral.get_absolute_url()))
    assert "the assessment of your authority does not allow as much today, or has lapsed" in page
    assert "Until your authority is assessed again." in page
    assert "Open the selected exhibits" not in page
    assert "Waits for a condition" not in page
    assert referral.title in page
    item = referral.items.live().exclude(exhibit__file=None).get()
    assert not policies.may_open(head(), item)
    form = {"items": [item.exhibit.reference], "reason": "To read it."}
    refused = client.post(f"{referral.get_absolute_url()}open/", form)
    assert refused.status_code == 409
    with pytest.raises(NotAllowed), acting(head()):
        vault.open(item.exhibit, by=head(), reason="x", files={"x.jpg": item.file})


def test_a_smaller_reach_closes_what_is_beyond_it_and_a_new_one_opens_it_again(referral):
    item = referral.items.live().exclude(exhibit__file=None).get()
    assert policies.may_open(head(), item)
    referral = assessed(referral, "summary")
    item = referral.items.live().exclude(exhibit__file=None).get()
    assert not policies.may_open(head(), item)
    assert policies.settled(referral).version == 0
    referral = assessed(referral, "content")
    item = referral.items.live().exclude(exhibit__file=None).get()
    assert policies.may_open(head(), item)
