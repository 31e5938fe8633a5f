"""Demonstration mode's partners and people, made by the very actions that people use.

Two transactions, each whole or not there: `build` makes who has worked here for two months, so that
`cases.demonstration` can tell what they did since; `leave_open` then makes what waits today. The
accounts share one random password, kept in `demo-accounts.txt` and nowhere else; their factors
are real, and the demo page shows the next code of each that has not been used.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from custody.durable import write_whole
from custody.keys import deployment_compartment
from custody.models import Compartment
from custody.texts import open_text
from impna import pretended
from impna.db import NOBODY, SECRETARIAT, acting_as
from impna.errors import NotNow
from impna.references import new_reference, show_reference
from partners import demonstration_cast as cast
from partners import roles
from partners.actions import accounts as account_actions
from partners.actions import factors, members, organisations, units
from partners.demonstration_cast import Organisation, Seat
from partners.models import Letter, Partner, Reach, TotpDevice, Unit, User, Vetting

STEP_SECONDS = 30
JOINED_BEFORE = timedelta(days=75)


@dataclass(frozen=True)
class Account:
    """A demonstration account as the demo page shows it; `wait` seconds until `code` works."""

    email: str
    partner: str
    roles: str
    code: str
    wait: int


def build() -> bool:
    """Make the partners and people; True if there was something to do. Needs `prepare` before.

    Raises NotNow outside demonstration mode and where other accounts exist.
    """
    _check_mode()
    with pretended.at(timezone.now() - JOINED_BEFORE), transaction.atomic():
        _one_at_a_time()
        if User.objects.exists():
            _check_is_ours()
            return False
        password = show_reference(new_reference()).lower()
        _Making(password).everything()
        # Before the commit: an account never exists without its password being somewhere.
        write_whole(accounts_file(), _table(password).encode())
    return True


def leave_open() -> bool:
    """What waits for coordinators and for people invited today; True if there was something to do."""
    _check_mode()
    with transaction.atomic():
        _one_at_a_time()
        if Partner.objects.filter(name=cast.APPLIED.name).exists():
            return False
        _Making("").open_ends()
    return True


def accounts_file() -> Path:
    """The readable list with the password, which `./portal run` prints too."""
    return settings.VAR_DIR / "demo-accounts.txt"


def accounts() -> list[Account]:
    """The accounts with the next code of each that still works once; empty before `demo` ran."""
    emails = _listed_emails()
    devices = {
        device.user_id: device
        for device in TotpDevice.objects.filter(confirmed=True, user__email__in=emails)
    }
    users = User.objects.filter(pk__in=devices, is_active=True).select_related("partner")
    by_email = {user.email: user for user in users}
    rows = []
    for email in emails:
        if email in by_email:
            user = by_email[email]
            code, wait = next_code(devices[user.pk])
            labels = ", ".join(str(membership.role_label) for membership in user.held)
            rows.append(Account(email, user.partner.name, labels, code, wait))
    return rows


def next_code(device: TotpDevice, now: float | None = None) -> tuple[str, int]:
    """The earliest code that is unused, and the seconds until the portal takes it.

    The portal takes codes of the step before, the present and the next one, each once.
    """
    now = time.time() if now is None else now
    step = max(int(now) // STEP_SECONDS, device.last_step + 1)
    moment = datetime.fromtimestamp(step * STEP_SECONDS, tz=UTC)
    wait = max(0, (step - 1) * STEP_SECONDS - int(now))
    return device.code_at(moment), wait


def link_in(letter: Letter) -> str:
    """The path of the one-time link in a letter that was not sent yet."""
    return open_text(
        letter.link or b"",
        compartment=deployment_compartment(Compartment.Purpose.ACCOUNTS),
        column="partners.letter.link",
        row=letter.reference,
    )


def _check_mode() -> None:
    if not settings.DEMO:
        raise NotNow("The demonstration is only made in demonstration mode (PORTAL_MODE=demo).")


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('partners.demonstration'))")


def _check_is_ours() -> None:
    if not User.objects.filter(email__in=_listed_emails()).exists():
        raise NotNow(
            "This portal has accounts that the demonstration did not make, or its list "
            f"{accounts_file()} is gone. Start with an empty database to have it again."
        )


def _listed_emails() -> list[str]:
    """The addresses in the list, in its order."""
    try:
        lines = accounts_file().read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [words[0] for line in lines if (words := line.split()) and "@" in words[0]]


def _table(password: str) -> str:
    """What is printed: short lines, one for each account."""
    people = User.objects.present().select_related("partner").order_by("partner_id", "id")
    rows = [
        (user.email, user.partner.name, ", ".join(str(m.role_label) for m in user.held))
        for user in people
    ]
    wide, names = (max(len(row[n]) for row in rows) for n in (0, 1))
    lines = [f"  {email:<{wide}}  {name:<{names}}  {held}" for email, name, held in rows]
    return "\n".join(
        [
            "  Demonstration accounts. Password for all:",
            "",
            f"    {password}",
            "",
            f"  Next codes: {settings.ORIGIN}/demonstration/",
            "",
            *lines,
            "",
        ]
    )


class _Making:
    """One making of the demonstration: the shared password and the two coordinators."""

    def __init__(self, password: str) -> None:
        self.password = password
        self.first: User
        self.second: User

    def everything(self) -> None:
        """In the order in which it would happen."""
        self._secretariat()
        for organisation in cast.ACTIVE:
            self._active(organisation)
        self._suspended()
        self._refused()

    def open_ends(self) -> None:
        """Vetting half done, an application, invitations; the letter nobody answered comes last."""
        self.first, self.second = User.objects.coordinators().order_by("pk")[:2]
        self._record(self._apply(cast.IN_VETTING), cast.IN_VETTING)
        self._apply(cast.APPLIED)
        manager = User.objects.get(email="manager@cso-a.example")
        with acting_as(manager):
            members.invite(
                partner=manager.partner,
                email="newcomer@cso-a.example",
                offers=[("documenter", "")],
                by=manager,
            )
        self._confirmed(cast.INVITED)

    def _secretariat(self) -> None:
        emails = [f"{seat.mailbox}@{cast.SECRETARIAT_DOMAIN}" for seat in cast.COORDINATORS]
        with acting_as(NOBODY):
            links = members.found(emails=emails, name="Example Secretariat")
        self.first, self.second = (
            self._join(path, seat)
            for (_i, path), seat in zip(links, cast.COORDINATORS, strict=True)
        )
        for seat in cast.ADVISERS:
            self._invite(seat, cast.SECRETARIAT_DOMAIN, by=self.first, unit=None)

    def _active(self, organisation: Organisation) -> Partner:
        """Applied, vetted by two, invited; the manager accepts and brings the others in."""
        partner = self._confirmed(organisation)
        seat, *others = organisation.seats
        manager = self._join(_link_to(partner.contact_email), seat)
        partner, unit = manager.partner, None
        with acting_as(manager):
            if organisation.unit:
                unit = units.add(partner=partner, profile=_profile(organisation), by=manager)
            organisations.change_settings(
                partner=partner,
                listed=organisation.listed,
                single_handed=organisation.single_handed,
                by=manager,
            )
            if organisation.competences:
                organisations.declare_competences(
                    partner=partner, competences=organisation.competences, by=manager
                )
            for code in seat.codes[1:]:
                members.give_role(user=manager, role=code, by=manager)
        for other in others:
            self._invite(other, organisation.domain, by=manager, unit=unit)
        return partner

    def _suspended(self) -> None:
        partner = self._active(cast.SUSPENDED)
        with _administering(self.first):
            organisations.suspend(
                partner=partner, by=self.first, reason="Example: reports of reprisals to check."
            )

    def _refused(self) -> None:
        vetting = self._record(self._apply(cast.REFUSED), cast.REFUSED)
        with _administering(self.second):
            organisations.refuse_vetting(
                vetting=vetting, by=self.second, reason="Example: neither referee knows them."
            )

    def _confirmed(self, organisation: Organisation) -> Partner:
        vetting = self._record(self._apply(organisation), organisation)
        with _administering(self.second):
            organisations.confirm_vetting(
                vetting=vetting,
                reach=organisation.reach,
                by=self.second,
                reason="Example: read, and confirmed by a call back.",
            )
        return Partner.objects.get(pk=vetting.partner_id)

    def _apply(self, organisation: Organisation) -> Partner:
        seat = organisation.seats[0]
        answers = {
            "mandate": organisation.may,
            "proof": "Example: two organisations that know us, and a meeting.",
        }
        with acting_as(NOBODY):
            return organisations.apply(
                kind=organisation.kind,
                name=organisation.name,
                country=organisation.country,
                contact_email=f"{seat.mailbox}@{organisation.domain}",
                answers=answers,
                by=organisations.APPLIED_FROM_OUTSIDE,
            )

    def _record(self, partner: Partner, organisation: Organisation) -> Vetting:
        findings = {
            "identity": "Example: confirmed by letter and by a call back to a published number.",
            "mandate": organisation.may,
            "contact": "Example: named, and an alternate named.",
            "sources": "Example: rules on sources read.",
        }
        if partner.receives_referrals:
            findings["fair_trial"] = "Example: assessment read, one reservation on interpretation."
        with _administering(self.first):
            return organisations.record_vetting(
                partner=partner,
                findings=findings,
                valid_until=timezone.localdate() + timedelta(days=340),
                proposed_reach=organisation.reach,
                death_penalty=organisation.death_penalty,
                by=self.first,
            )

    def _invite(self, seat: Seat, domain: str, *, by: User, unit: Unit | None) -> User:
        offers = [
            (code, unit.reference if unit and roles.BY_CODE[code].in_unit else "")
            for code in seat.codes
        ]
        email = f"{seat.mailbox}@{domain}"
        with acting_as(by):
            members.invite(partner=by.partner, email=email, offers=offers, by=by)
        return self._join(_link_to(email), seat)

    def _join(self, path: str, seat: Seat) -> User:
        """Walk through the link: name, password, app, terms."""
        token = path.strip("/").rsplit("/", 1)[-1]
        with acting_as(NOBODY):
            user = members.prepare_account(
                token=token, display_name=seat.called, password=self.password, language="en"
            )
            device = factors.begin_totp(user=user)
            # An app shows the code of the real moment, whatever the story pretends.
            code = device.code_at(datetime.fromtimestamp(time.time() - STEP_SECONDS, tz=UTC))
            factors.confirm_totp(user=user, code=code)
            user = members.join(token=token, user=user)
        with acting_as(user):
            account_actions.accept_terms(by=user)
        return User.objects.select_related("partner").get(pk=user.pk)


@contextmanager
def _administering(coordinator: User) -> Iterator[None]:
    """In the database role that partner administration needs."""
    with acting_as(coordinator, role=SECRETARIAT):
        yield


def _link_to(email: str) -> str:
    """The newest link to an address, read the way its owner would: from the letter."""
    return link_in(Letter.objects.filter(to=email, link__isnull=False).latest("id"))


def _profile(organisation: Organisation) -> units.Profile:
    return {
        "name": organisation.unit,
        "takes_direct_intake": organisation.reach == Reach.CONTENT,
        "feedback_days": 180,
        "on_call": "Example: +00 000 000, day and night",
        "standing_text": "We keep conditions as far as our law on criminal procedure allows.",
    }
