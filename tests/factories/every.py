"""One of everything that has a page, with the references that lead to it."""

import re
from dataclasses import dataclass
from datetime import date

from cases.actions import advising, requests
from cases.models import Referral
from impna.references import read_reference, show_reference
from partners import roles
from partners.actions import factors, members
from partners.models import Notification
from submissions.actions import asking_again, codes, consents, exclusions
from submissions.models import Submission
from tests.factories.cases import assigned, enclosed, head, received
from tests.factories.partners import acting, manager_of
from tests.factories.submissions import (
    a_code,
    a_data_request,
    a_group,
    a_hold,
    a_risk,
    complete_draft,
    describe,
    identity_of,
    information_of,
    joined,
    person_in,
    recognised,
    said,
)


@dataclass(frozen=True)
class Every:
    """`values` by the first part of an address, then by the name the route gives them."""

    referral: Referral
    values: dict[str, dict[str, str]]

    def address(self, route: str) -> str | None:
        """The route with these references; None when it names something else."""
        return filled(route, self.values.get(route.split("/", maxsplit=1)[0], {}))


def filled(route: str, values: dict[str, str]) -> str | None:
    """The address with these values in their places; None when one is missing."""
    for converter, name in re.findall(r"<(\w+):(\w+)>", route):
        value = values.get(name)
        if value is None:
            return None
        shown = show_reference(value) if converter == "ref" else value
        route = route.replace(f"<{converter}:{name}>", shown)
    return "/" + route


def everything(written: Submission | None = None) -> Every:
    """A referral with a condition, an assignment, a request with a file, a question; its people.

    One of them used their code.
    """
    written = written or complete_draft()
    child = a_child(written)
    referral = received(submission=written, conditions=["Example."])
    submission, chief, works = referral.submission, head(), assigned(referral)
    with acting(referral.sent_by):
        advice = advising.ask(version=referral.version, question="Who?", by=referral.sent_by)
    with acting(chief):
        asked = requests.ask(referral=referral, kind="clarify", text="Where?", by=chief)
    lost = factors.report_lost(user=works)
    manager = manager_of(works.partner)
    with acting(manager):
        invitation = members.invite(
            partner=manager.partner,
            email=f"{works.reference.lower()}@example.org",
            offers=[(roles.Manager.code, "")],
            by=manager,
        )
    keeper = manager_of(submission.partner)
    with acting(keeper):
        never = exclusions.exclude(state="SY", reason="Example.", by=keeper)
    with acting(submission.begun_by):
        paper = consents.map_form(name="Example form", answers={}, by=submission.begun_by)
    of_child = submission.persons.get(reference=child)
    codes.use(secret=read_reference(a_code(of_child)) or "", by=codes.HOLDER)
    told = Notification.objects.filter(user=chief).latest("pk")
    of_referral = {
        "reference": referral.reference,
        "condition": referral.conditions.get().reference,
        "assignment": referral.assignments.get().reference,
        "request_reference": asked.reference,
        "enclosure": enclosed(asked).reference,
    }
    values = {
        "account": {"reference": lost.reference},
        "inbox": {"reference": told.reference},
        "members": {
            "reference": works.reference,
            "membership": str(works.memberships.live().latest("pk").pk),
        },
        "invitations": {"reference": invitation.reference},
        "never-to": {"reference": never.reference},
        "consent-forms": {"reference": paper.reference},
        "units": {"reference": referral.unit.reference},
        "partners": {"reference": works.partner.reference, "decision": "suspend"},
        "lost-factors": {"reference": lost.reference},
        "submissions": {
            "reference": submission.reference,
            "exhibit": submission.exhibits.get().reference,
            "incident": submission.incidents.get().reference,
            "person": child,
            "risk": a_risk(submission).reference,
            "link": submission.links.get().reference,
            "task": wanted(submission),
            "hold": a_hold(submission).reference,
            "data_request": a_data_request(submission).reference,
            "group": submission.incidents.get().groups.get().reference,
            "information": submission.incidents.get().information.get().reference,
            "role": "victim",
            "number": "1",
            "precision": "day",
        },
        "referrals": of_referral,
        "given": of_referral,
        "advice": {"reference": advice.reference},
    }
    return Every(referral, values)


def a_draft() -> dict[str, str]:
    """The references of a draft that may still be changed, as `Every.values` has them."""
    submission = complete_draft(title="Example draft")
    child = a_child(submission)
    return {
        "reference": submission.reference,
        "exhibit": submission.exhibits.get().reference,
        "incident": submission.incidents.get().reference,
        "group": submission.incidents.get().groups.get().reference,
        "information": submission.incidents.get().information.get().reference,
        "person": child,
        "risk": a_risk(submission).reference,
        "link": submission.links.get().reference,
        "task": wanted(submission),
        "hold": a_hold(submission).reference,
        "data_request": a_data_request(submission).reference,
        "role": "victim",
        "number": "1",
        "precision": "day",
    }


def a_child(submission: Submission) -> str:
    """The reference of somebody of whom everything is asked; a document and a group stand beside."""
    child = person_in(submission, "V-01", heard="yes", vulnerabilities=["child"])
    joined(child)
    a_group(submission)
    document = submission.exhibits.get()
    with acting(submission.begun_by):
        describe(document, submission.begun_by, evidence_type="official_document")
    information_of(submission, exhibit=document)
    recognised(submission, child, in_words=True)
    said(child, capacity="child", of_age_on=date(2099, 1, 1))
    identity_of(child)
    return child.reference


def wanted(submission: Submission) -> str:
    """The reference of asking its child again."""
    by = submission.begun_by
    with acting(by):
        return asking_again.want(person=submission.persons.latest("pk"), unit=None, by=by).reference
