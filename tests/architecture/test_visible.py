"""Hidden and unknown are the same (R5): other people's real references answer like made-up ones."""

import re

import pytest
from django.apps import apps

from cases.models import Referral
from impna.open_pages import OPEN
from impna.references import new_reference
from partners.models import User
from tests.architecture.test_urls import ROUTES
from tests.factories.every import Every, everything, filled
from tests.factories.partners import manager_of, signed_in
from tests.factories.submissions import another_documenter, unit_of_an_authority

# Models whose rows have pages of their own, by reference.
SHOWN = (
    "partners.Partner",
    "partners.User",
    "partners.Invitation",
    "partners.Notification",
    "submissions.Submission",
    "submissions.Exhibit",
    "submissions.Incident",
    "submissions.Group",
    "submissions.Information",
    "submissions.Person",
    "submissions.Redaction",
    "submissions.Risk",
    "submissions.Link",
    "submissions.AskAgain",
    "submissions.Consent",
    "submissions.PaperForm",
    "submissions.Hold",
    "submissions.DataSubjectRequest",
    "cases.Referral",
    "cases.Advice",
)


@pytest.mark.parametrize("label", SHOWN)
def test_whatever_has_a_page_says_whom_it_is_visible_to(label):
    assert callable(apps.get_model(label).objects.visible_to)


@pytest.fixture
def existing(db) -> Every:
    """What really exists of a submission that was referred."""
    return everything()


def unknown_of(values):
    """The same names with references that name nothing."""
    return {
        name: value if value.isdecimal() and len(value) < 4 else new_reference()
        for name, value in values.items()
    }


def strangers():
    """A documenter of another CSO, a manager and a head elsewhere, a member who holds no role here."""
    other = unit_of_an_authority("Example State 2")
    return [another_documenter(), manager_of(other.partner)]


def body_of(response):
    """Without what differs on every answer."""
    text = response.content.decode()
    return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]+"', "", text)


def test_other_peoples_references_answer_like_unknown_ones(existing):
    asked = 0
    for stranger in strangers():
        client = signed_in(User.objects.get(pk=stranger.pk))
        for name, route in ROUTES:
            values = existing.values.get(route.split("/")[0], {})
            real = existing.address(route)
            if name in OPEN or "<ref" not in route or real is None:
                continue
            asked += 1
            for method in (client.get, client.post):
                seen, unknown = method(real), method(filled(route, unknown_of(values)))
                assert seen.status_code == unknown.status_code, (name, seen.status_code)
                assert seen.status_code in (404, 405), name
                assert body_of(seen) == body_of(unknown), name
    assert asked > 80


def test_an_unknown_reference_is_never_a_referral(db):
    assert not Referral.objects.filter(reference=new_reference()).exists()
