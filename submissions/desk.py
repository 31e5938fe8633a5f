"""What waits for a person in this app, as rows of the desk."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from impna.errors import Sentence
from partners import roles
from partners.desk import Waiting
from partners.models import User
from submissions import keeping, keeping_desk, people_desk, policies
from submissions.history import Note, notes_of
from submissions.kept import to_look_at
from submissions.models import Exhibit, Risk, Submission
from submissions.risks import SOON
from submissions.states import Status

MOST = 50


@dataclass
class _Facts:
    """What is known of the listed drafts, by primary key."""

    needing: dict[int, int] = field(default_factory=dict)
    unfinished: dict[int, tuple[int, date]] = field(default_factory=dict)
    notes: dict[int, Note] = field(default_factory=dict)


def awaiting(user: User) -> list[Waiting]:
    """Drafts to write and to check, risks, people to ask, used codes, what is kept."""
    drafts = _drafts(user, "draft_submission") if user.holds(roles.Documenter.code) else []
    to_check, kept = _of_an_approver_and_a_lead(user)
    approving = {one.pk for one in to_check}
    waiting = [one for one in drafts if one.status == Status.READY and one.pk not in approving]
    being_written = [one for one in drafts if one.status == Status.DRAFT]
    facts = _facts(being_written)
    changed = policies.changed_among(user, to_check) if to_check else set()
    rows = [_to_write(draft, facts) for draft in being_written]
    rows += [_with_approver(draft) for draft in waiting]
    rows += [_to_check(draft, changed=draft.pk in changed) for draft in to_check]
    rows += [*_risks(user), *people_desk.awaiting(user)]
    rows += [row for one in kept for row in keeping_desk.rows(one)]
    return sorted(rows, key=lambda row: row.due)


def _drafts(user: User, permission: str) -> list[Submission]:
    found = Submission.objects.visible_to(user, permission).drafts().select_related("partner")
    return list(found.order_by("due_on", "pk")[:MOST])


def _of_an_approver_and_a_lead(user: User) -> tuple[list[Submission], list[Submission]]:
    """What is to be checked, and what is kept and to be looked at: one query for whoever is both."""
    approves, leads = user.holds(roles.Approver.code), user.holds(roles.DataProtectionLead.code)
    if not (approves or leads):
        return [], []
    visible, found = Submission.objects.visible_to, Submission.objects.all()
    check = wanted = Q(pk__in=[])
    if approves:
        own = visible(user, "approve_submission").values("pk")
        check = wanted = Q(pk__in=own, status=Status.READY)
    if leads:
        found = found.with_what_is_kept()
        own = visible(user, "lead_submission").values("pk")
        wanted = check | Q(to_look_at(timezone.localdate() + keeping.SOON), pk__in=own)
    found = found.filter(wanted).annotate(is_to_check=check).select_related("partner")
    listed = list(found.order_by("due_on", "pk")[: 2 * MOST])
    return [one for one in listed if one.is_to_check], listed if leads else []


def _facts(drafts: list[Submission]) -> _Facts:
    if not drafts:
        return _Facts()
    needing = Exhibit.objects.needing_someone().filter(submission__in=drafts)
    unfinished = Exhibit.objects.unfinished().filter(submission__in=drafts)
    return _Facts(
        needing={
            row["submission"]: row["number"]
            for row in needing.values("submission").annotate(number=Count("pk"))
        },
        unfinished={
            row["submission"]: (row["number"], timezone.localdate(row["until"]))
            for row in unfinished.values("submission").annotate(
                number=Count("pk"), until=Min("upload__expires_at")
            )
        },
        notes=notes_of(drafts),
    )


def _to_write(draft: Submission, facts: _Facts) -> Waiting:
    assert draft.due_on is not None
    note = facts.notes.get(draft.pk)
    number, until = facts.unfinished.get(draft.pk, (0, draft.due_on))
    return Waiting(
        due=min(draft.due_on, until),
        what=_what(facts.needing.get(draft.pk, 0), number, sent_back=note is not None),
        about=draft.title,
        on_whom=_("You or another documenter"),
        since=note.at if note else draft.since,
        url=draft.get_absolute_url(),
        action=_("Go on"),
        note=note.words if note else "",
    )


def _with_approver(draft: Submission) -> Waiting:
    assert draft.due_on is not None
    return Waiting(
        due=draft.due_on,
        what=_("check it, then hand it over or send it back"),
        about=draft.title,
        on_whom=_("An approver"),
        since=draft.since,
        url=draft.get_absolute_url(),
        action=_("Look"),
    )


def _to_check(draft: Submission, *, changed: bool) -> Waiting:
    on_whom: Sentence = _("You or another approver")
    if changed and draft.partner.single_handed:
        on_whom = _("You, from the day after your last change")
    elif changed:
        on_whom = _("Another approver: you changed it yourself")
    assert draft.due_on is not None
    return Waiting(
        due=draft.due_on,
        what=_("check it, then hand it over or send it back"),
        about=draft.title,
        on_whom=on_whom,
        since=draft.since,
        url=draft.get_absolute_url(),
        action=_("Look") if changed else _("Check"),
    )


def _risks(user: User) -> list[Waiting]:
    """Of each submission the first that a documenter looks at again soon."""
    if not user.holds(roles.Documenter.code):
        return []
    visible = Submission.objects.visible_to(user, "draft_submission")
    soon = timezone.localdate() + SOON
    found = (
        Risk.objects.live()
        .filter(submission__in=visible, review_on__lte=soon)
        .exclude(submission__status=Status.ERASED)
        .select_related("submission")
        .order_by("submission", "review_on", "pk")
        .distinct("submission")
    )
    return [
        Waiting(
            due=risk.review_on,
            what=_("look at who could be harmed"),
            about=risk.submission.title,
            on_whom=_("You or another documenter"),
            since=risk.looked_at,
            url=reverse("submissions:risk-list", args=[risk.submission.reference]),
            action=_("Look"),
        )
        for risk in found[:MOST]
    ]


def _what(needing: int, unfinished: int, *, sent_back: bool) -> str:
    if sent_back:
        return _("do what an approver asks for")
    if unfinished:
        return ngettext(
            "go on with %(n)d unfinished file, or give it up",
            "go on with %(n)d unfinished files, or give them up",
            unfinished,
        ) % {"n": unfinished}
    if needing:
        return ngettext(
            "answer for %(n)d exhibit, or send it again",
            "answer for %(n)d exhibits, or send them again",
            needing,
        ) % {"n": needing}
    return _("go on with the draft")
