"""The sentences of the inbox, and who is told of what happens to partners and accounts.

Apps above register their own codes at start-up. Sentences are constant and name nobody (R8).
"""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from impna.errors import Sentence
from partners import roles
from partners.actions.notifications import tell
from partners.models import Invitation, LostFactor, Partner, User, Vetting

_SENTENCES: dict[str, Sentence] = {
    "partners.applied": _("An organisation asks to become a partner; record a vetting."),
    "partners.second_finding": _("A first finding waits for the second coordinator’s."),
    "partners.questioned": _("A first finding came back with a question; record it again."),
    "partners.found": _("The second finding has been given."),
    "partners.suspended": _("A partner is suspended; another coordinator reinstates or ends it."),
    "partners.locked_out": _("An organisation is locked out; speak with it before you lift that."),
    "partners.vetted": _("The vetting of your organisation has ended."),
    "partners.let_back": _("Your organisation can use the portal again."),
    "partners.lost_factor": _(
        "Someone asks for a new second factor; speak with them, then answer."
    ),
    "partners.joined": _("Someone you invited has joined."),
}


def register(sentences: dict[str, Sentence]) -> None:
    """Add codes and their sentences; a code means one thing."""
    clash = {code for code, words in sentences.items() if _SENTENCES.get(code, words) != words}
    if clash:
        raise LookupError(f"These codes have a sentence already: {sorted(clash)}.")
    _SENTENCES.update(sentences)


def sentence(code: str) -> Sentence:
    """What the inbox says; KeyError for a code nobody registered."""
    return _SENTENCES[code]


def applied(partner: Partner, by: object) -> None:
    """To the coordinators, but not to the one who entered it."""
    _tell_coordinators("partners.applied", partner, "applied", but=by)


def second_finding(vetting: Vetting) -> None:
    """To the coordinators who may give it."""
    _tell_coordinators(
        "partners.second_finding", vetting.partner, vetting.reference, but=vetting.recorded_by
    )


def questioned(vetting: Vetting) -> None:
    """To the coordinators other than the one who asks."""
    _tell_coordinators(
        "partners.questioned", vetting.partner, vetting.reference, but=vetting.answered_by
    )


def found(vetting: Vetting) -> None:
    """To whoever recorded the first finding, and to the managers of a partner that has some."""
    partner = vetting.partner
    _tell([vetting.recorded_by], "partners.found", partner, vetting.reference)
    if partner.is_active:
        _tell_managers("partners.vetted", partner, vetting.reference)


def suspended(partner: Partner, by: User) -> None:
    """To the coordinators who may reinstate it."""
    _tell_coordinators("partners.suspended", partner, f"{partner.since.isoformat()}", but=by)


def reinstated(partner: Partner) -> None:
    """To its managers, who can get in again."""
    _tell_managers("partners.let_back", partner, f"reinstated-{partner.since.isoformat()}")


def locked_out(partner: Partner, by: User) -> None:
    """To the coordinators who may lift it."""
    assert partner.locked_at is not None
    _tell_coordinators("partners.locked_out", partner, partner.locked_at.isoformat(), but=by)


def lock_lifted(partner: Partner, locked: str) -> None:
    """To its managers; `locked` says which lock it was."""
    _tell_managers("partners.let_back", partner, f"lifted-{locked}")


def lost_factor(lost: LostFactor) -> None:
    """To the two sides that must agree: the own managers and the coordinators."""
    managers = User.objects.holding(*roles.MANAGING).filter(partner=lost.user.partner_id)
    tell(
        users={*managers, *_coordinators()} - {lost.user},
        code="partners.lost_factor",
        key=f"partners.lost_factor-{lost.reference}",
        path=reverse("partners:lost-factor-detail", args=[lost.reference]),
    )


def joined(invitation: Invitation) -> None:
    """To whoever invited; a manager's page, or a coordinator's page of that partner."""
    by = invitation.invited_by
    if by is None:
        return
    own = by.partner_id == invitation.partner_id
    tell(
        users=[by],
        code="partners.joined",
        key=f"partners.joined-{invitation.reference}",
        path=reverse("partners:member-list") if own else invitation.partner.get_absolute_url(),
    )


def _coordinators() -> Iterable[User]:
    return User.objects.holding(roles.Coordinator.code)


def _tell_coordinators(code: str, partner: Partner, key: str, *, but: object) -> None:
    _tell([one for one in _coordinators() if one != but], code, partner, key)


def _tell_managers(code: str, partner: Partner, key: str) -> None:
    managers = User.objects.holding(*roles.MANAGING).filter(partner=partner)
    tell(
        users=managers,
        code=code,
        key=f"{code}-{partner.reference}-{key}",
        path=reverse("partners:member-list"),
    )


def _tell(users: Iterable[User], code: str, partner: Partner, key: str) -> None:
    """A coordinator's page of a partner. Its name is no title: it is not written down here."""
    tell(
        users=users,
        code=code,
        key=f"{code}-{partner.reference}-{key}",
        path=partner.get_absolute_url(),
    )
