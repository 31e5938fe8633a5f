"""Hidden and unknown are the same (R5): other people's real references answer like made-up ones."""

import re

import pytest
from django.apps import apps

from cases.actions import advising, requests
from cases.models import Referral
from impna.open_pages import OPEN
from impna.references import new_reference, show_reference
from partners import roles
from partners.actions import factors, members
from partners.models import Notification, User
from tests.architecture.test_urls import ROUTES
from tests.factories.cases import assigned, head, received
from tests.factories.partners import acting, manager_of, signed_in
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
    "cases.Referral",
    "cases.Advice",
)


@pytest.mark.parametrize("label", SHOWN)
def test_whatever_has_a_page_says_whom_it_is_visible_to(label):
    assert callable(apps.get_model(label).objects.visible_to)


@pytest.fixture
def existing(db):
    """What really exists of a submission that was referred, by the first part of an address."""
    referral = received(conditions=["Example."])
    submission, chief, works = referral.submission, head(), assigned(referral)
    with acting(referral.sent_by):
        advice = advising.ask(version=referral.version, question="Who?", by=referral.sent_by)
    with acting(chief):
        asked = requests.ask(referral=referral, kind="clarify", text="Where?", by=chief)
    lost = factors.report_lost(user=works)
    inviter = manager_of(works.partner)
    with acting(inviter):
        invitation = members.invite(
            partner=inviter.partner,
            email="new@example.org",
            offers=[(roles.Manager.code, "")],
            by=inviter,
        )
    told = Notification.objects.filter(user=chief).first()
    membership = works.memberships.get()
    return {
        "account": {"reference": lost.reference},
        "inbox": {"reference": told.reference},
        "members": {"reference": works.reference, "membership": str(membership.pk)},
        "invitations": {"reference": invitation.reference},
        "units": {"reference": referral.unit.reference},
        "partners": {"reference": works.partner.reference, "decision": "suspend"},
        "lost-factors": {"reference": lost.reference},
        "submissions": {
            "reference": submission.reference,
            "exhibit": submission.exhibits.get().reference,
            "incident": submission.incidents.get().reference,
            "number": "1",
            "precision": "day",
        },
        "referrals": {
            "reference": referral.reference,
            "assignment": referral.assignments.get().reference,
            "condition": referral.conditions.get().reference,
        },
        "given": {
            "reference": referral.reference,
            "request_reference": asked.reference,
            "condition": referral.conditions.get().reference,
        },
        "advice": {"reference": advice.reference},
    }


def filled(route, values):
    """The address with real references; None when the route names something else."""
    for converter, name in re.findall(r"<(\w+):(\w+)>", route):
        value = values.get(name)
        if value is None:
            return None
        shown = show_reference(value) if converter == "ref" else value
        route = route.replace(f"<{converter}:{name}>", shown)
    return "/" + route


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
            values = existing.get(route.split("/")[0])
            if name in OPEN or "<ref" not in route or values is None:
                continue
            real = filled(route, values)
            if real is None:
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
