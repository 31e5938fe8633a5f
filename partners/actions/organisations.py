"""Partners come, are vetted by two coordinators, become active, are suspended, leave."""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from custody.keys import deployment_compartment
from custody.models import Compartment, CustodyEvent
from custody.texts import open_text, seal_text
from impna.errors import NotAllowed, NotNow
from partners import notifications, policies, roles
from partners.actions import members
from partners.events import Event
from partners.models import Competence, Partner, Reach, User, Vetting
from partners.states import DUE_AFTER, Status, check_transition

APPLICATION_COLUMN = "partners.partner.application"
FINDINGS_COLUMN = "partners.vetting.findings"
ANSWER_COLUMN = "partners.vetting.answer"
APPLIED_FROM_OUTSIDE = log.SystemActor(display_name="An applicant", roles_text="applicant")

type Answers = dict[str, str]


@transaction.atomic
def apply(
    *, kind: str, name: str, country: str, contact_email: str, answers: Answers, by: log.Actor
) -> Partner:
    """Someone outside asks to become a partner, or a coordinator enters one. Answers are sealed."""
    if kind == roles.SECRETARIAT:
        raise NotAllowed(_("There is one Secretariat."))
    now = timezone.now()
    partner = Partner(
        kind=kind,
        name=name,
        country=country,
        contact_email=contact_email,
        status=Status.APPLIED,
        since=now,
        due_on=_due(Status.APPLIED, now),
    )
    partner.application = _seal(answers, APPLICATION_COLUMN, partner.reference)
    partner.save()
    event = Event.PARTNER_INVITED_TO_APPLY if isinstance(by, User) else Event.PARTNER_APPLIED
    log.record(event, on=partner, by=by, data={"kind": kind})
    notifications.applied(partner, by)
    return partner


@transaction.atomic
def enter(
    *, kind: str, name: str, country: str, contact_email: str, answers: Answers, by: User
) -> Partner:
    """A coordinator enters a partner that did not apply by itself."""
    policies.check_can_administer_partners(by)
    return apply(
        kind=kind,
        name=name,
        country=country,
        contact_email=contact_email,
        answers=answers,
        by=by,
    )


@transaction.atomic
def record_vetting(
    *,
    partner: Partner,
    findings: Answers,
    valid_until: date,
    by: User,
    proposed_reach: str = "",
    death_penalty: str = "",
) -> Vetting:
    """The first coordinator's findings; for an active authority, its next assessment."""
    partner = _locked(partner)
    policies.check_can_record_vetting(by, partner)
    if partner.vettings.filter(outcome=Vetting.Outcome.AWAITED).exists():
        raise NotNow(_("A first finding is recorded already and waits for the second."))
    if partner.status == Status.APPLIED:
        _move(partner, Status.VETTING)
    elif partner.status not in (Status.VETTING, Status.ACTIVE):
        raise NotNow(_("This partner is not being vetted."))
    vetting = Vetting(
        partner=partner,
        death_penalty=death_penalty,
        proposed_reach=proposed_reach if partner.receives_referrals else "",
        valid_until=valid_until,
        recorded_by=by,
        recorded_at=timezone.now(),
    )
    vetting.findings = _seal(findings, FINDINGS_COLUMN, vetting.reference)
    vetting.save()
    log.record(
        Event.VETTING_RECORDED,
        on=partner,
        by=by,
        data={"vetting": vetting.reference, "proposed_reach": vetting.proposed_reach},
    )
    notifications.second_finding(vetting)
    return vetting


@transaction.atomic
def confirm_vetting(*, vetting: Vetting, by: User, reason: str, reach: str = "") -> Vetting:
    """The second coordinator agrees; a new partner's first manager is invited at once."""
    vetting = _answer(vetting, Vetting.Outcome.CONFIRMED, by=by, reason=reason, reach=reach)
    partner = vetting.partner
    log.record(
        Event.VETTING_CONFIRMED,
        on=partner,
        by=by,
        reason=reason,
        data={"vetting": vetting.reference, "reach": vetting.reach},
    )
    if partner.status == Status.VETTING:
        _move(partner, Status.INVITED)
        members.invite_first_manager(partner=partner, email=partner.contact_email, by=by)
    notifications.found(vetting)
    return vetting


@transaction.atomic
def question_vetting(*, vetting: Vetting, by: User, reason: str) -> Vetting:
    """The second coordinator sends it back with a question; a new first record answers it."""
    vetting = _answer(vetting, Vetting.Outcome.QUESTIONED, by=by, reason=reason)
    log.record(
        Event.VETTING_QUESTIONED,
        on=vetting.partner,
        by=by,
        reason=reason,
        data={"vetting": vetting.reference},
    )
    notifications.questioned(vetting)
    return vetting


@transaction.atomic
def refuse_vetting(*, vetting: Vetting, by: User, reason: str) -> Vetting:
    """The second coordinator refuses: an applicant is refused, an active authority is suspended."""
    vetting = _answer(vetting, Vetting.Outcome.REFUSED, by=by, reason=reason)
    partner = vetting.partner
    _move(partner, Status.REFUSED if partner.status == Status.VETTING else Status.SUSPENDED)
    _end_sessions(partner)
    log.record(
        Event.VETTING_REFUSED,
        on=partner,
        by=by,
        reason=reason,
        data={"vetting": vetting.reference},
    )
    notifications.found(vetting)
    if partner.status == Status.SUSPENDED:
        notifications.suspended(partner, by)
    return vetting


@transaction.atomic
def suspend(*, partner: Partner, by: User, reason: str) -> Partner:
    """One coordinator suffices; every session of its members ends."""
    partner = _locked(partner)
    policies.check_can_administer_partners(by)
    if partner.kind == roles.SECRETARIAT:
        raise NotAllowed(_("The Secretariat is not suspended here."))
    _move(partner, Status.SUSPENDED)
    _end_sessions(partner)
    log.record(Event.PARTNER_SUSPENDED, on=partner, by=by, reason=reason)
    notifications.suspended(partner, by)
    return partner


@transaction.atomic
def reinstate(*, partner: Partner, by: User, reason: str) -> Partner:
    """A coordinator other than the one who suspended lifts it."""
    partner = _locked(partner)
    policies.check_can_reinstate(by, partner, suspended_by=_who_last(partner, Status.SUSPENDED))
    check_transition(partner.status, Status.ACTIVE)
    if partner.status != Status.SUSPENDED:
        raise NotNow(_("This partner is not suspended."))
    _move(partner, Status.ACTIVE)
    log.record(Event.PARTNER_REINSTATED, on=partner, by=by, reason=reason)
    notifications.reinstated(partner)
    return partner


@transaction.atomic
def end(*, partner: Partner, by: User, reason: str) -> Partner:
    """The partner leaves; its members' sessions end and stay ended."""
    partner = _locked(partner)
    policies.check_can_administer_partners(by)
    if partner.kind == roles.SECRETARIAT:
        raise NotAllowed(_("The Secretariat does not leave."))
    _move(partner, Status.LEFT)
    _end_sessions(partner)
    log.record(Event.PARTNER_LEFT, on=partner, by=by, reason=reason)
    return partner


@transaction.atomic
def lock_out(*, partner: Partner, by: User, reason: str) -> Partner:
    """The switch for danger: nobody of this partner gets in until a coordinator lifts it."""
    partner = _locked(partner)
    policies.check_can_lock_out(by, partner)
    if partner.locked_at is not None:
        raise NotNow(_("This partner is locked out already."))
    partner.locked_at, partner.locked_by = timezone.now(), by
    partner.save(update_fields=["locked_at", "locked_by"])
    log.record(Event.PARTNER_LOCKED_OUT, on=partner, by=by, reason=reason)
    notifications.locked_out(partner, by)
    _end_sessions(partner)
    return partner


@transaction.atomic
def lift_lock(*, partner: Partner, by: User, reason: str) -> Partner:
    """A coordinator, not the one who locked, lets the members back in."""
    partner = _locked(partner)
    policies.check_can_lift_lock(by, partner)
    if partner.locked_at is None:
        raise NotNow(_("This partner is not locked out."))
    locked = partner.locked_at.isoformat()
    partner.locked_at = partner.locked_by = None
    partner.save(update_fields=["locked_at", "locked_by"])
    log.record(Event.PARTNER_LOCK_LIFTED, on=partner, by=by, reason=reason)
    notifications.lock_lifted(partner, locked)
    return partner


@transaction.atomic
def change_settings(*, partner: Partner, listed: bool, single_handed: bool, by: User) -> Partner:
    """Whether other partners may read the name; whether one person may approve after a night."""
    partner = _locked(partner)
    policies.check_can_change_settings(by, partner)
    if single_handed and partner.kind != roles.CSO:
        raise NotAllowed(_("Only a CSO can be single-handed."))
    partner.listed, partner.single_handed = listed, single_handed
    partner.save(update_fields=["listed", "single_handed"])
    log.record(
        Event.PARTNER_SETTINGS_CHANGED,
        on=partner,
        by=by,
        data={"listed": listed, "single_handed": single_handed},
    )
    return partner


@transaction.atomic
def declare_competences(*, partner: Partner, competences: Iterable[str], by: User) -> Partner:
    """Whose accounts its people are trained to take; the whole list, which may be empty."""
    chosen = set(competences)
    if chosen - set(Competence.values):
        raise NotAllowed(_("Choose from the list."))
    partner = _locked(partner)
    policies.check_can_change_settings(by, partner)
    if partner.kind != roles.CSO:
        raise NotAllowed(_("Only a CSO declares whose accounts it takes."))
    partner.competences = [code for code in Competence.values if code in chosen]
    partner.save(update_fields=["competences"])
    log.record(
        Event.PARTNER_COMPETENCES_DECLARED,
        on=partner,
        by=by,
        data={"competences": list[log.Datum](partner.competences)},
    )
    return partner


def activate(*, partner: Partner, by: User) -> Partner:
    """Called when a manager accepts the terms of an invited partner; not an action of its own."""
    partner = _locked(partner)
    _move(partner, Status.ACTIVE)
    log.record(Event.PARTNER_ACTIVATED, on=partner, by=by)
    return partner


def read_application(partner: Partner) -> Answers:
    """What the applicant wrote."""
    return _unseal(partner.application, APPLICATION_COLUMN, partner.reference)


def read_findings(vetting: Vetting) -> Answers:
    """What the first coordinator found."""
    return _unseal(vetting.findings, FINDINGS_COLUMN, vetting.reference)


def read_answer(vetting: Vetting) -> str:
    """What the second coordinator wrote."""
    return _unseal(vetting.answer, ANSWER_COLUMN, vetting.reference).get("reason", "")


def current_reach(partner: Partner, day: date | None = None) -> Reach:
    """How far a referral may go to this partner today.

    Nothing confirmed, suspended, locked out or ended means blocked (R13).
    """
    latest = partner.vettings.filter(outcome=Vetting.Outcome.CONFIRMED).first()
    return reach_now(partner, latest, day)


def reach_now(partner: Partner, confirmed: Vetting | None, day: date | None = None) -> Reach:
    """As `current_reach`, for a latest confirmed vetting that is known already."""
    if confirmed is None or partner.status != Status.ACTIVE or partner.locked_at is not None:
        return Reach.BLOCKED
    return confirmed.reach_on(day or timezone.localdate())


def _answer(
    vetting: Vetting, outcome: Vetting.Outcome, *, by: User, reason: str, reach: str = ""
) -> Vetting:
    partner = _locked(vetting.partner)
    vetting = Vetting.objects.select_for_update().get(pk=vetting.pk)
    vetting.partner = partner
    policies.check_can_answer_vetting(by, vetting)
    if vetting.outcome != Vetting.Outcome.AWAITED:
        raise NotNow(_("The second finding has been given already."))
    if partner.status not in (Status.VETTING, Status.ACTIVE):
        raise NotNow(_("This partner is not being vetted any more."))
    vetting.outcome, vetting.answered_by, vetting.answered_at = outcome, by, timezone.now()
    vetting.answer = _seal({"reason": reason}, ANSWER_COLUMN, vetting.reference)
    if outcome == Vetting.Outcome.CONFIRMED and partner.receives_referrals:
        vetting.reach = _reach_given(vetting, reach)
    vetting.save(update_fields=["outcome", "answered_by", "answered_at", "answer", "reach"])
    return vetting


def _reach_given(vetting: Vetting, reach: str) -> str:
    """The second coordinator may lower the proposed reach, never raise it."""
    order = list(Reach)
    given = Reach(reach or vetting.proposed_reach)
    if order.index(given) > order.index(Reach(vetting.proposed_reach)):
        raise NotAllowed(_("The second finding can lower the proposed reach, not raise it."))
    if vetting.death_penalty == Vetting.DeathPenalty.APPLIES:
        return Reach.BLOCKED
    return given


def _locked(partner: Partner) -> Partner:
    return Partner.objects.select_for_update().get(pk=partner.pk)


def _move(partner: Partner, to: Status) -> None:
    check_transition(partner.status, to)
    now = timezone.now()
    partner.status, partner.since, partner.due_on = to, now, _due(to, now)
    partner.save(update_fields=["status", "since", "due_on"])


def _due(status: Status, now: datetime) -> date | None:
    days = DUE_AFTER[status]
    return timezone.localdate(now) + days if days is not None else None


def _end_sessions(partner: Partner) -> None:
    partner.members.update(sessions_from=timezone.now() + timedelta(microseconds=1))


def _who_last(partner: Partner, status: Status) -> str:
    """The reference of whoever suspended the partner last, from the log."""
    types = [Event.PARTNER_SUSPENDED, Event.VETTING_REFUSED]
    event = (
        CustodyEvent.objects.filter(
            on=f"{Partner.custody_label}:{partner.reference}", type__in=types
        )
        .order_by("-id")
        .first()
    )
    return str(event.by) if event else ""


def _seal(answers: Answers, column: str, row: str) -> bytes:
    return seal_text(json.dumps(answers), compartment=_compartment(), column=column, row=row)


def _unseal(sealed: bytes | memoryview | None, column: str, row: str) -> Answers:
    if sealed is None:
        return {}
    text = open_text(sealed, compartment=_compartment(), column=column, row=row)
    answers: Answers = json.loads(text)
    return answers


def _compartment() -> Compartment:
    return deployment_compartment(Compartment.Purpose.PARTNERS)
