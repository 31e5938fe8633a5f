"""The page of a submission as a list of tasks: what is there, what is missing, where to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from impna.errors import Refused, Sentence
from partners import roles
from partners.models import User
from submissions import policies
from submissions.actions.versions import check_eyes
from submissions.completeness import Missing
from submissions.models import Person, Submission
from submissions.states import Status

# How many hold, and when the first of them is looked at again.
type Risks = tuple[int, date | None]

SHOWN = 5  # missing answers under one task; the page behind it shows all


@dataclass(frozen=True)
class Task:
    """One row: what, where, how far; `links` lead to single missing answers."""

    label: Sentence
    url: str = ""
    hint: Sentence = ""
    state: Sentence = ""
    kind: str = ""
    links: list[Missing] = field(default_factory=list)
    more: Sentence = ""


def sections(
    submission: Submission,
    found: list[Missing],
    counts: dict[str, int],
    incidents: int,
    named: list[Person],
    unasked: list[Missing],
    risks: Risks,
    *,
    may_draft: bool,
    unredacted: Sequence[Missing] = (),
) -> list[dict[str, Any]]:
    """Headings with their tasks, in the order in which a documenter works.

    `unredacted` is said under the exhibits and stands in nobody's way.
    """
    by_part: dict[str, list[Missing]] = {}
    for one in found:
        by_part.setdefault(one.part, []).append(one)
    told = _ready(by_part.get("incidents", []), there=incidents, draft=submission.is_draft)
    given = _ready(by_part.get("exhibits", []), there=counts["all"], draft=submission.is_draft)
    given["links"] = [*given.get("links", []), *unredacted]
    sheet = _ready(by_part.get("cover_sheet", []), there=1, draft=submission.is_draft)
    recognised = _ready(by_part.get("people", []), there=1, draft=submission.is_draft)
    recognised |= {"hint": _("In exhibits and in words, and what they said about it.")}
    asked = _ready(unasked, there=len(named), draft=submission.is_draft)
    if unasked:
        asked |= {"state": _to_ask(len(unasked)), "kind": "wait"}
    tasks = [
        _start(submission, may_draft=may_draft),
        Task(_("Incidents"), _page("incident-list", submission), _told(incidents), **told),
        Task(_("People"), _page("person-list", submission), _named(named), **asked),
        Task(_("Who can be recognised"), _page("link-list", submission), **recognised),
        Task(_("Risks"), _page("risk-list", submission), **_risks(risks)),
        Task(_("Exhibits"), _page("exhibit-list", submission), _given(counts), **given),
        Task(_("Cover sheet"), _page("cover-sheet", submission), _sheet(submission), **sheet),
    ]
    if not submission.is_draft:
        return [{"heading": _("What it holds"), "tasks": tasks}]
    start, happened, people, who, risk, material, cover = tasks
    return [
        {"heading": _("1. Start"), "tasks": [start]},
        {"heading": _("2. What happened"), "tasks": [happened]},
        {"heading": _("3. People"), "tasks": [people, who, risk]},
        {"heading": _("4. Material"), "tasks": [material]},
        {"heading": _("5. Cover sheet"), "tasks": [cover]},
        {"heading": _("6. Hand-over"), "tasks": [_hand_over(submission, found)]},
    ]


def answers_missing(found: list[Missing]) -> int:
    """How many single answers."""
    return sum(one.answers for one in found)


def hand_over_refusal(user: User, submission: Submission) -> Sentence:
    """Why this approver cannot hand it over now; empty when nothing of theirs is in the way."""
    try:
        check_eyes(user, submission, timezone.now())
    except Refused as refusal:
        return refusal.reason
    return ""


def people(submission: Submission) -> dict[str, list[User]]:
    """Who may draft, and which approvers changed nothing since the last hand-over."""
    if not submission.is_draft:
        return {}
    held = (
        submission.partner.memberships.live()
        .filter(role__in=[roles.Documenter.code, roles.Approver.code])
        .select_related("user")
        .order_by("user__display_name")
    )
    found: dict[str, list[User]] = {roles.Documenter.code: [], roles.Approver.code: []}
    for membership in held:
        found[membership.role].append(membership.user)
    changed = policies.changed_by(submission)
    approvers = found[roles.Approver.code]
    return {
        "drafters": found[roles.Documenter.code],
        "approvers": [one for one in approvers if one.pk not in changed],
        "approvers_who_changed": [one for one in approvers if one.pk in changed],
    }


def offered(submission: Submission, *, may_draft: bool, may_approve: bool) -> dict[str, bool]:
    """Which of these the page of a submission shows; the actions decide."""
    handed_over = submission.status == Status.HANDED_OVER
    return {
        "supplement": handed_over and may_draft,
        "give_up": submission.is_supplement and may_draft,
        "send_back": submission.status == Status.READY and may_approve,
        "withdraw": may_approve
        and submission.versions_made > 0
        and (handed_over or submission.is_draft),
    }


def _start(submission: Submission, *, may_draft: bool) -> Task:
    hint = _("%(kind)s. It is no complaint and stops no limitation period.")
    return Task(
        _("Working title") if may_draft else _("What this is"),
        _page("change-title", submission) if may_draft else "",
        hint % {"kind": submission.get_kind_display()},
        **_ready([], there=1, draft=submission.is_draft),
    )


def _hand_over(submission: Submission, found: list[Missing]) -> Task:
    label = _("An approver checks it and hands it over")
    if submission.status == Status.READY:
        return Task(label, hint=_("Any change takes it back."), state=_("Waits"), kind="wait")
    if found:
        hint = _("Begins when nothing above is missing.")
        return Task(label, hint=hint, state=_("Cannot start yet"), kind="open")
    return Task(label, hint=_("Ask for it on this page."), state=_("Can start"), kind="info")


def _ready(found: list[Missing], *, there: int, draft: bool) -> dict[str, Any]:
    """State, kind and links of a task."""
    if not draft:
        return {}
    if not found:
        return (
            {"state": _("Complete"), "kind": "good"}
            if there
            else {"state": _("None"), "kind": "open"}
        )
    number = answers_missing(found)
    rest = len(found) - SHOWN
    state = {
        "state": ngettext("%(n)d missing", "%(n)d missing", number) % {"n": number},
        "kind": "stop",
    }
    return {
        **(state if number else {"state": _("On its way"), "kind": "info"}),
        "links": found[:SHOWN],
        "more": ngettext("and %(n)d more", "and %(n)d more", rest) % {"n": rest}
        if rest > 0
        else "",
    }


def _told(number: int) -> str:
    if not number:
        return _("None yet: what happened, when and where, and how you know.")
    return ngettext("%(n)d incident", "%(n)d incidents", number) % {"n": number}


def _named(people: list[Person]) -> str:
    number = len(people)
    if not number:
        return _("None yet: who did what to whom, by codes such as W-03. No names.")
    said = ngettext("%(n)d person, by code", "%(n)d people, by code", number) % {"n": number}
    protected = sum(one.protected for one in people)
    if not protected:
        return said
    words = ngettext("%(n)d of them protected", "%(n)d of them protected", protected)
    return f"{said}, {words % {'n': protected}}"


def _risks(risks: Risks) -> dict[str, Any]:
    """Whether somebody looked, and has to look again; it never stands against a hand-over."""
    number, due = risks
    if not number:
        hint = _("Who could be harmed by it? Staff, interpreters and families count.")
        return {"hint": hint, "state": _("None written down"), "kind": "open"}
    said = ngettext("%(n)d risk", "%(n)d risks", number) % {"n": number}
    if due is not None and due <= timezone.localdate():
        return {"hint": said, "state": _("Look again"), "kind": "wait"}
    return {"hint": said, "state": _("Looked at"), "kind": "good"}


def _to_ask(number: int) -> str:
    """Open, but nothing waits for it."""
    return ngettext("%(n)d to ask", "%(n)d to ask", number) % {"n": number}


def _given(counts: dict[str, int]) -> str:
    """In words, the parts that are there only."""
    number = counts["all"]
    if not number:
        return _("None yet: files, or things that you describe and keep where they are.")
    parts = [ngettext("%(n)d in all", "%(n)d in all", number) % {"n": number}]
    words = {
        "sealed": _("%(n)d sealed"),
        "checking": _("%(n)d received, being checked"),
        "sending": _("%(n)d not finished"),
        "elsewhere": _("%(n)d described only"),
        "failed": _("%(n)d failed"),
    }
    parts += [text % {"n": counts[name]} for name, text in words.items() if counts[name]]
    return ", ".join(parts)


def _sheet(submission: Submission) -> str:
    cover = getattr(submission, "cover_sheet", None)
    written: str = cover.situation if cover else ""
    return written or _("What a recipient reads first. No names.")


def _page(name: str, submission: Submission) -> str:
    return reverse(f"submissions:{name}", args=[submission.reference])
