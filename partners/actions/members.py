"""Members are invited, join, hold roles and are removed; never the last who manages."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from impna.errors import NotAllowed, NotNow
from partners import notifications, policies, ports, roles
from partners.actions import letters
from partners.events import Event
from partners.models import Invitation, Letter, Membership, Partner, Unit, User
from partners.models.people import group_name

INVITATION_LASTS = timedelta(days=7)

type Offer = tuple[str, str]
"""A role's code and the reference of its unit ("" for the partner itself)."""


@transaction.atomic
def invite(*, partner: Partner, email: str, offers: list[Offer], by: User) -> Invitation:
    """A manager keeps a place for someone and mails a one-time link."""
    partner, by = _locked(partner.pk, by)
    policies.check_can_manage_members(by, partner)
    for role, _unit in offers:
        policies.check_can_give_role(by, partner, role)
    invitation, _token = _invite(partner=partner, email=email, offers=offers, by=by)
    return invitation


@transaction.atomic
def invite_first_manager(*, partner: Partner, email: str, by: User) -> Invitation:
    """A coordinator invites a manager: the first one, or one for a partner that lost all."""
    policies.check_can_invite_manager(by, partner)
    if partner.memberships.live().filter(role=roles.Manager.code).exists():
        raise NotNow(_("This partner has a manager, who invites its members."))
    offers = [(roles.Manager.code, "")]
    invitation, _token = _invite(partner=partner, email=email, offers=offers, by=by)
    return invitation


@transaction.atomic
def found(
    *, emails: list[str], name: str = "Genocide Network Secretariat"
) -> list[tuple[Invitation, str]]:
    """The very first coordinators; returns each invitation with its path. Only once."""
    now = timezone.now()
    partner, _new = Partner.objects.get_or_create(
        kind=roles.SECRETARIAT,
        defaults={
            "name": name,
            "contact_email": emails[0],
            "status": Partner.Status.ACTIVE,
            "since": now,
            "due_on": timezone.localdate(now) + timedelta(days=365),
        },
    )
    partner = Partner.objects.select_for_update().get(pk=partner.pk)
    if partner.members.present().exists():
        raise NotNow(_("The portal has its first coordinators; they invite the others."))
    offers = [(roles.Coordinator.code, "")]
    links = []
    for email in emails:
        invitation, token = _invite(
            partner=partner, email=email, offers=offers, by=None, letter=False
        )
        links.append((invitation, invitation_path(token)))
    return links


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User) -> Invitation:
    """The place is given up; its link no longer works."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not (by.is_coordinator and invitation.partner.kind != roles.SECRETARIAT):
        policies.check_can_manage_members(by, invitation.partner)
    _check_unanswered(invitation)
    invitation.revoked_at, invitation.revoked_by = timezone.now(), by
    invitation.save(update_fields=["revoked_at", "revoked_by"])
    log.record(Event.INVITATION_REVOKED, on=invitation, by=by)
    return invitation


def find_invitation(token: str) -> Invitation | None:
    """The open invitation a link leads to, or None: unknown, used, revoked and expired look alike."""
    found = Invitation.objects.open().select_related("partner").filter(token_digest=_digest(token))
    invitation: Invitation | None = found.first()
    return invitation if invitation is not None and invitation.partner.is_active else None


def may_join(*, token: str, user: User) -> bool:
    """The link is good, and this account is the one it was made for and has not joined yet."""
    invitation = find_invitation(token)
    return invitation is not None and _is_for(invitation, user)


@transaction.atomic
def prepare_account(*, token: str, display_name: str, password: str, language: str) -> User:
    """First step of joining: name and password. The link stays good until a factor is set up.

    An account begun with another partner's invitation gives way: whoever opens this link reads the
    address. Raises NotNow when the link is no longer good and ValidationError for a weak password.
    """
    invitation = _open_invitation(token)
    there = User.objects.with_address(invitation.email).select_for_update(of=("self",))
    user: User | None = there.first()
    if user is not None and user.joined_at is not None:
        raise NotNow(_("There is an account with this address already; ask who invited you."))
    if user is not None and user.partner_id != invitation.partner_id:
        _give_way(user, invitation)
        user = None
    if user is None:
        user = User(email=invitation.email, partner=invitation.partner)
    user.display_name, user.language = display_name, language
    validate_password(password, user)
    user.set_password(password)
    if user.pk is None:
        user.save()
    else:
        user.save(update_fields=["display_name", "language", "password"])
    return user


@transaction.atomic
def join(*, token: str, user: User) -> User:
    """Second step, called when the factor has been proved: the roles are given, the link is used."""
    invitation = _open_invitation(token)
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if not _is_for(invitation, user):
        raise NotNow(_("This link is for someone else."))
    now = timezone.now()
    user.joined_at, user.is_active = now, True
    user.save(update_fields=["joined_at", "is_active"])
    invitation.accepted_at, invitation.accepted_by = now, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    for role, unit_reference in invitation.roles:
        unit = invitation.partner.units.filter(reference=unit_reference).first()
        _give(user=user, role=role, unit=unit, given_by=invitation.invited_by)
    user.refresh_from_db()
    log.record(
        Event.MEMBER_JOINED,
        on=user,
        by=user,
        data={"invitation": invitation.reference, "roles": [role for role, _u in invitation.roles]},
    )
    notifications.joined(invitation)
    return user


@transaction.atomic
def give_role(*, user: User, role: str, by: User, unit: Unit | None = None) -> Membership:
    """A manager gives a member one more role, in the partner or one of its units."""
    partner, by = _locked(user.partner_id, by)
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    policies.check_can_give_role(by, partner, role)
    if user.removed_at is not None or user.joined_at is None:
        raise NotNow(_("This person is not a member."))
    if roles.BY_CODE[role].in_unit and (unit is None or unit.partner_id != partner.pk):
        raise NotAllowed(_("This role is held in a unit of the partner: choose one."))
    if not roles.BY_CODE[role].in_unit and unit is not None:
        raise NotAllowed(_("This role is held in the partner, not in a unit."))
    if user.memberships.live().filter(role=role, unit=unit).exists():
        raise NotNow(_("This person holds the role already."))
    membership = _give(user=user, role=role, unit=unit, given_by=by)
    log.record(Event.ROLE_GIVEN, on=user, by=by, data=_role_data(role, unit))
    return membership


@transaction.atomic
def end_role(*, membership: Membership, by: User) -> Membership:
    """A manager takes a role back; never the last one who manages."""
    partner, by = _locked(membership.partner_id, by)
    policies.check_can_manage_members(by, partner)
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    if membership.ended_at is not None:
        raise NotNow(_("This role has ended already."))
    _check_enough_remain(partner, [membership])
    _end(membership, by)
    data = _role_data(membership.role, membership.unit)
    log.record(Event.ROLE_ENDED, on=membership.user, by=by, data=data)
    return membership


@transaction.atomic
def remove_member(*, user: User, by: User, reason: str) -> User:
    """The account is closed: roles end, sessions end. Its address may be invited again.

    Whoever joins with it later is another account, with a reference of its own in the log.
    """
    partner, by = _locked(user.partner_id, by)
    policies.check_can_manage_members(by, partner)
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.removed_at is not None or user.joined_at is None:
        raise NotNow(_("This person is not a member."))
    memberships = list(user.memberships.live().select_for_update())
    _check_enough_remain(partner, memberships)
    log.record(Event.MEMBER_REMOVED, on=user, by=by, reason=reason)
    for membership in memberships:
        _end(membership, by)
    _close(user)
    return user


def invitation_path(token: str) -> str:
    """Where the one-time link leads."""
    return reverse("partners:invitation", args=[token])


def _locked(partner_id: int, by: User) -> tuple[Partner, User]:
    """The partner, locked, and the actor as they are now: roles may have ended while we waited."""
    partner = Partner.objects.select_for_update().get(pk=partner_id)
    fresh = User.objects.select_related("partner").get(pk=by.pk)
    if not fresh.is_active:
        raise NotAllowed(_("Your account has been closed."))
    return partner, fresh


def _invite(
    *, partner: Partner, email: str, offers: list[Offer], by: User | None, letter: bool = True
) -> tuple[Invitation, str]:
    if partner.status not in (Partner.Status.INVITED, Partner.Status.ACTIVE):
        raise NotNow(_("Members can be invited once the partner has been vetted."))
    _check_offers(partner, offers)
    if User.objects.present().with_address(email).exists():
        raise NotNow(_("There is an account with this address already."))
    now = timezone.now()
    for earlier in partner.invitations.unanswered().filter(email__iexact=email):
        earlier.expires_at = now
        earlier.save(update_fields=["expires_at"])
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        partner=partner,
        email=email,
        roles=[list(offer) for offer in offers],
        token_digest=_digest(token),
        invited_by=by,
        invited_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    log.record(
        Event.MEMBER_INVITED,
        on=invitation,
        by=by or log.SYSTEM,
        data={"partner": partner.reference, "roles": [role for role, _unit in offers]},
    )
    if letter:
        letters.write(
            kind=Letter.Kind.INVITATION,
            to=email,
            language=by.language if by else "en",
            path=invitation_path(token),
        )
    return invitation, token


def _check_offers(partner: Partner, offers: list[Offer]) -> None:
    if not offers:
        raise NotAllowed(_("Choose at least one role."))
    own = set(partner.units.values_list("reference", flat=True))
    for role, unit in offers:
        if roles.BY_CODE[role].in_unit != bool(unit) or (unit and unit not in own):
            raise NotAllowed(_("Each role belongs to the partner or to one of its units."))


def _open_invitation(token: str) -> Invitation:
    invitation = (
        Invitation.objects.open()
        .select_for_update(of=("self",))
        .select_related("partner", "invited_by")
        .filter(token_digest=_digest(token))
        .first()
    )
    if invitation is None or not invitation.partner.is_active:
        raise NotNow(
            _("This link is no longer good. Ask the person who invited you for a new one.")
        )
    return invitation


def _is_for(invitation: Invitation, user: User) -> bool:
    same_address = user.email.lower() == invitation.email.lower()
    half_made = user.joined_at is None and user.removed_at is None
    return same_address and half_made and user.partner_id == invitation.partner_id


def _give_way(user: User, invitation: Invitation) -> None:
    """A half-made account of another partner is closed; nothing of it was ever usable."""
    user.totpdevice_set.all().delete()
    _close(user)
    log.record(
        Event.ACCOUNT_GAVE_WAY,
        on=user,
        by=log.SYSTEM,
        data={"invitation": invitation.reference},
    )


def _close(user: User) -> None:
    user.is_active = False
    user.removed_at = user.sessions_from = timezone.now()
    user.set_unusable_password()
    user.save(update_fields=["is_active", "removed_at", "sessions_from", "password"])


def _check_unanswered(invitation: Invitation) -> None:
    if invitation.accepted_at or invitation.revoked_at:
        raise NotNow(_("This invitation has been answered or revoked already."))


def _check_enough_remain(partner: Partner, ending: list[Membership]) -> None:
    for role in {m.role for m in ending if roles.BY_CODE[m.role].least}:
        leaving = {m.pk for m in ending if m.role == role}
        remaining = partner.memberships.live().filter(role=role).exclude(pk__in=leaving).count()
        if remaining < roles.BY_CODE[role].least:
            raise NotAllowed(
                _("At least %(number)d must stay %(role)s: give the role to someone else first.")
                % {"number": roles.BY_CODE[role].least, "role": roles.BY_CODE[role].label}
            )


def _give(*, user: User, role: str, unit: Unit | None, given_by: User | None) -> Membership:
    membership = Membership.objects.create(
        user=user,
        partner=user.partner,
        unit=unit,
        role=role,
        given_at=timezone.now(),
        given_by=given_by,
    )
    group, _new = Group.objects.get_or_create(name=group_name(unit or user.partner, role))
    user.groups.add(group)
    return membership


def _end(membership: Membership, by: User) -> None:
    membership.ended_at, membership.ended_by = timezone.now(), by
    membership.save(update_fields=["ended_at", "ended_by"])
    membership.user.groups.remove(*Group.objects.filter(name=membership.group_name))
    ports.role_ended.tell(membership, by)


def _role_data(role: str, unit: Unit | None) -> dict[str, log.Datum]:
    return {"role": role, "unit": unit.reference if unit else ""}


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
