"""May they? Each check raises NotAllowed with a sentence for the person who reads it."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from impna.errors import NotAllowed, Refused
from partners import roles
from partners.models import LostFactor, Partner, User, Vetting


def allowed(check: Callable[..., None], *args: object) -> bool:
    """The boolean for pages; the rule stays in the one check."""
    try:
        check(*args)
    except Refused:
        return False
    return True


def check_can_administer_partners(user: User) -> None:
    """Coordinators enter, vet, suspend and end partners."""
    if not user.is_coordinator:
        raise NotAllowed(_("Only a coordinator of the Secretariat does this."))


def check_can_record_vetting(user: User, partner: Partner) -> None:
    """Any coordinator, but not about the Secretariat itself."""
    check_can_administer_partners(user)
    if partner.kind == roles.SECRETARIAT:
        raise NotAllowed(_("The Secretariat is not vetted here."))


def check_can_answer_vetting(user: User, vetting: Vetting) -> None:
    """The second finding is someone else's."""
    check_can_administer_partners(user)
    if vetting.recorded_by_id == user.pk:
        raise NotAllowed(_("You recorded the first finding; another coordinator gives the second."))


def check_can_reinstate(user: User, partner: Partner, suspended_by: str) -> None:
    """Whoever suspended a partner does not lift it alone."""
    check_can_administer_partners(user)
    if suspended_by == user.reference:
        raise NotAllowed(_("You suspended this partner; another coordinator reinstates it."))


def check_can_manage_members(user: User, partner: Partner) -> None:
    """Managers of the partner; coordinators may invite a partner's first manager."""
    if user.partner_id == partner.pk and user.manages:
        return
    raise NotAllowed(_("Only a manager of this partner does this."))


def check_can_invite_manager(user: User, partner: Partner) -> None:
    """A coordinator invites a manager, so that a partner that lost all can come back."""
    check_can_administer_partners(user)
    if partner.kind == roles.SECRETARIAT:
        raise NotAllowed(_("The Secretariat's members are invited on its members' page."))


def check_can_give_role(user: User, partner: Partner, role: str) -> None:
    """Only roles that exist for this kind of partner."""
    check_can_manage_members(user, partner)
    if role not in {r.code for r in roles.roles_for(partner.kind)}:
        raise NotAllowed(_("This kind of partner has no such role."))


def check_can_change_settings(user: User, partner: Partner) -> None:
    """Managers say whether the name is listed and whether the partner is single-handed."""
    check_can_manage_members(user, partner)


def check_can_lock_out(user: User, partner: Partner) -> None:
    """Managers for their own partner, coordinators for any: quick, because someone is in danger."""
    if partner.kind == roles.SECRETARIAT:
        raise NotAllowed(_("The Secretariat is not locked out: nobody could lift it."))
    if user.is_coordinator:
        return
    check_can_manage_members(user, partner)


def check_can_lift_lock(user: User, partner: Partner) -> None:
    """Lifting is slower than locking: a coordinator, and not the one who locked."""
    check_can_administer_partners(user)
    if partner.locked_by_id == user.pk:
        raise NotAllowed(_("You locked this partner out; another coordinator lifts it."))


def check_can_change_unit(user: User, partner: Partner) -> None:
    """Managers, and the contact points of the partner."""
    if user.partner_id == partner.pk and user.holds(roles.ContactPoint.code):
        return
    check_can_manage_members(user, partner)


def check_can_agree_as_manager(user: User, lost: LostFactor) -> None:
    """A manager of the same partner, other than the person."""
    check_can_manage_members(user, lost.user.partner)
    if lost.user_id == user.pk:
        raise NotAllowed(_("Someone else has to agree to this."))
    if lost.coordinator_id == user.pk:
        raise NotAllowed(_("You agreed already; a second person has to."))


def check_can_refuse_lost_factor(user: User, lost: LostFactor) -> None:
    """A manager of the same partner or a coordinator, whether or not they agreed before."""
    if lost.user_id == user.pk:
        raise NotAllowed(_("Someone else has to answer this; stop it from your account’s page."))
    if not user.is_coordinator:
        check_can_manage_members(user, lost.user.partner)


def check_can_stop_lost_factor(user: User, lost: LostFactor) -> None:
    """The person whose account it is."""
    if lost.user_id != user.pk:
        raise NotAllowed(_("Only the person whose account it is does this."))


def check_can_agree_as_coordinator(user: User, lost: LostFactor) -> None:
    """A coordinator, other than the person and other than the manager who agreed."""
    check_can_administer_partners(user)
    if lost.user_id == user.pk:
        raise NotAllowed(_("Someone else has to agree to this."))
    if lost.manager_id == user.pk:
        raise NotAllowed(_("You agreed already; a second person has to."))
