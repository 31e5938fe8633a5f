"""Partners and people in any state, by walking the real actions."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.test import Client
from django.utils import timezone

from impna.db import SECRETARIAT, acting_as
from partners import roles
from partners.actions import accounts, factors, letters, members, organisations, units
from partners.models import Letter, Partner, Unit, User, Vetting

PASSWORD = "correct horse battery staple"
_number = itertools.count(100)


@contextmanager
def acting(user: User) -> Iterator[None]:
    """As the middleware would: coordinators administer in the Secretariat's database role."""
    role = SECRETARIAT if user.partner.kind == roles.SECRETARIAT else ""
    with transaction.atomic(), acting_as(user, role=role):
        yield


def link_in_letter(to: str) -> str:
    """The path in the newest letter to an address, as its reader would find it."""
    letter = Letter.objects.filter(to=to, link__isnull=False).latest("id")
    _subject, body = letters._words(letter)
    return next(word for word in body.split() if "://" in word).split("/", 3)[3]


def token_in_letter(to: str) -> str:
    """The one-time token in the newest letter to an address."""
    return link_in_letter(to).strip("/").split("/")[-1]


def join(email: str, token: str | None = None) -> User:
    """Accept an invitation: name, password, factor, terms."""
    token = token or token_in_letter(email)
    user = members.prepare_account(
        token=token, display_name=f"Example {email}", password=PASSWORD, language="en"
    )
    device = factors.begin_totp(user=user)
    factors.confirm_totp(user=user, code=device.code_at(timezone.now() - timedelta(seconds=30)))
    with transaction.atomic(), acting_as(user):
        members.join(token=token, user=user)
    return User.objects.get(pk=user.pk)


def member(partner: Partner, *held: str, unit: Unit | None = None, email: str = "") -> User:
    """A member of an active partner who holds the roles and has accepted the terms."""
    by = next(m.user for m in partner.memberships.live() if m.role in roles.MANAGING)
    email = email or f"{held[0] if held else 'member'}-{next(_number)}@partner.example"
    offers = [
        (role, unit.reference if unit and roles.BY_CODE[role].in_unit else "") for role in held
    ]
    with transaction.atomic(), acting_as(by):
        members.invite(partner=partner, email=email, offers=offers, by=by)
    user = join(email)
    with transaction.atomic(), acting_as(user):
        accounts.accept_terms(by=user)
    return User.objects.get(pk=user.pk)


def coordinators() -> tuple[User, User]:
    """The founding pair; made once per database."""
    there = list(User.objects.coordinators().order_by("pk")[:2])
    if len(there) == 2:
        return there[0], there[1]
    emails = ["coordinator-1@secretariat.example", "coordinator-2@secretariat.example"]
    with transaction.atomic():
        links = members.found(emails=emails)
    made = []
    for (_invitation, path), email in zip(links, emails, strict=True):
        user = join(email, token=path.strip("/").split("/")[-1])
        with transaction.atomic(), acting_as(user):
            accounts.accept_terms(by=user)
        made.append(user)
    return made[0], made[1]


def partner_at(
    status: Partner.Status = Partner.Status.ACTIVE,
    kind: str = roles.CSO,
    *,
    name: str = "",
    reach: str = "content",
    country: str = "NL",
) -> Partner:
    """A partner in a state, vetted by both coordinators where the state needs it."""
    first, second = coordinators()
    number = next(_number)
    with transaction.atomic():
        partner = organisations.apply(
            kind=kind,
            name=name or f"Example {kind} {number}",
            country="" if kind == roles.CSO else country,
            contact_email=f"manager-{number}@{kind}.example",
            answers={"mandate": "Documents what happens.", "proof": "Two referees."},
            by=organisations.APPLIED_FROM_OUTSIDE,
        )
    if status == Partner.Status.APPLIED:
        return partner
    vetting = vet(partner, by=first, reach=reach)
    if status == Partner.Status.VETTING:
        return fresh(partner)
    with acting(second):
        if status == Partner.Status.REFUSED:
            organisations.refuse_vetting(vetting=vetting, by=second, reason="Cannot be confirmed.")
            return fresh(partner)
        organisations.confirm_vetting(vetting=vetting, by=second, reason="Agreed.")
    if status == Partner.Status.INVITED:
        return fresh(partner)
    manager = join(partner.contact_email)
    with transaction.atomic(), acting_as(manager):
        accounts.accept_terms(by=manager)
    if status == Partner.Status.ACTIVE:
        return fresh(partner)
    with acting(first):
        decision = (
            organisations.suspend if status == Partner.Status.SUSPENDED else organisations.end
        )
        decision(partner=partner, by=first, reason="For the test.")
    return fresh(partner)


def vet(partner: Partner, *, by: User, reach: str = "content", **changes: str) -> Vetting:
    """The first coordinator's findings."""
    receives = partner.receives_referrals
    with acting(by):
        return organisations.record_vetting(
            partner=partner,
            findings={"identity": "Confirmed by a call back."},
            valid_until=timezone.localdate() + timedelta(days=300),
            proposed_reach=reach if receives else "",
            death_penalty=changes.get("death_penalty", "abolished" if receives else ""),
            by=by,
        )


def unit_of(partner: Partner, name: str = "War-crimes unit") -> Unit:
    """A unit that takes direct intake."""
    by = manager_of(partner)
    with transaction.atomic(), acting_as(by):
        return units.add(
            partner=partner, profile={"name": name, "takes_direct_intake": True}, by=by
        )


def manager_of(partner: Partner) -> User:
    """Whoever manages the partner."""
    held = partner.memberships.live().filter(role__in=roles.MANAGING).first()
    assert held is not None
    return User.objects.get(pk=held.user_id)


def fresh(partner: Partner) -> Partner:
    """As the database has it now."""
    return Partner.objects.get(pk=partner.pk)


def next_code(user: User) -> str:
    """A code of the app that has not been used: the present one, or the next."""
    device = user.totpdevice_set.get(confirmed=True)
    now = timezone.now()
    step = int(now.timestamp()) // 30
    if device.last_step >= step:
        now += timedelta(seconds=30)
    return device.code_at(now)


def signed_in(user: User, *, fresh_factor: bool = True) -> Client:
    """A browser with this person's session, without the two forms (those have their own tests)."""
    client = Client()
    client.force_login(user)
    session = client.session
    now = timezone.now()
    session["began"] = now.isoformat()
    session["factor_at"] = (now if fresh_factor else now - timedelta(hours=1)).isoformat()
    session["otp_device_id"] = user.totpdevice_set.get(confirmed=True).persistent_id
    session.save()
    return client
