"""People and the roles they hold. An account belongs to exactly one partner."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import connection, models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from impna.constraints import both_or_neither
from impna.references import ReferenceField
from partners import roles
from partners.models.organisations import Partner, Unit
from partners.querysets import InvitationQuerySet, MembershipQuerySet, UserQuerySet

# Asked by every request before anything else.
_GROUPS = "SELECT group_id FROM partners_user_groups WHERE user_id = %s ORDER BY group_id"


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Accounts come from invitations; there is no create_superuser."""

    def get_by_natural_key(self, username: str | None) -> User:
        """By e-mail address, whatever its case; a closed account has given its address up."""
        user: User = self.with_address(username or "").get()
        return user


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """A member of one partner. Never a superuser: the database refuses it."""

    custody_label: ClassVar[str] = "partners.user"

    reference = ReferenceField()
    email = models.EmailField(_("e-mail address"))
    display_name = models.CharField(
        _("name"), max_length=150, help_text=_("As colleagues and recipients will read it.")
    )
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="members")
    language = models.CharField(max_length=10, default="en")
    is_active = models.BooleanField(default=False)
    joined_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    sessions_from = models.DateTimeField(
        null=True, blank=True, help_text=_("Sessions begun earlier have ended.")
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(removed_at__isnull=True),
                name="one_open_account_per_address",
            ),
            models.CheckConstraint(
                condition=models.Q(is_superuser=False), name="nobody_is_a_superuser"
            ),
            models.CheckConstraint(
                condition=models.Q(is_active=False)
                | models.Q(joined_at__isnull=False, removed_at__isnull=True),
                name="an_active_account_has_joined_and_not_left",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.email

    @cached_property
    def acting_uid(self) -> int:
        """For `acting_as`."""
        return self.pk

    @cached_property
    def acting_gids(self) -> tuple[int, ...]:
        """The groups of this account; one query, once per request."""
        with connection.cursor() as cursor:
            cursor.execute(_GROUPS, [self.pk])
            return tuple(group for (group,) in cursor.fetchall())

    @cached_property
    def accepted_versions(self) -> frozenset[str]:
        """The versions of the terms accepted so far; one query, once per request."""
        return frozenset(self.terms_acceptances.values_list("version", flat=True))

    @cached_property
    def held(self) -> list[Membership]:
        """Live memberships with their units; one query, once per request."""
        return list(self.memberships.live().select_related("unit").order_by("pk"))

    def holds(self, *codes: str, unit: Unit | None = None) -> bool:
        """True if one of the roles is held, in `unit` when one is given."""
        return any(m.role in codes and (unit is None or m.unit_id == unit.pk) for m in self.held)

    @property
    def is_coordinator(self) -> bool:
        """A coordinator of the Secretariat."""
        return self.partner.kind == roles.SECRETARIAT and self.holds(roles.Coordinator.code)

    @property
    def manages(self) -> bool:
        """May invite and remove members of the own partner."""
        return self.holds(*roles.MANAGING)

    @property
    def partner_reference(self) -> str:
        """For the custody log."""
        return self.partner.reference

    @property
    def roles_text(self) -> str:
        """For the custody log: the codes held at this moment."""
        return ", ".join(sorted({m.role for m in self.held}))

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Forget the roles, groups and terms remembered for the request as well."""
        super().refresh_from_db(*args, **kwargs)
        for name in ("acting_gids", "accepted_versions", "held"):
            self.__dict__.pop(name, None)


class Membership(models.Model):
    """One role of one person, in the partner or one of its units, from a date to a date."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=30)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            both_or_neither("ended_at", "ended_by", name="membership_end_has_its_person"),
            models.CheckConstraint(
                condition=models.Q(role__in=sorted(roles.BY_CODE)), name="membership_role_known"
            ),
            models.UniqueConstraint(
                fields=["user", "role", "unit"],
                condition=models.Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="a_role_is_held_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role_label}"

    @property
    def role_label(self) -> Any:
        """The role as people read it."""
        return roles.BY_CODE[self.role].label

    @property
    def group_name(self) -> str:
        """The name of the group that carries this role's grants."""
        return group_name(self.unit or self.partner, self.role)


def group_name(holder: Partner | Unit, role: str) -> str:
    """One group per (partner or unit, role); the reference keeps names unique."""
    return f"{holder.reference}:{role}"


class Invitation(models.Model):
    """A place kept for someone: their address, the roles they will hold, a one-time link."""

    custody_label: ClassVar[str] = "partners.invitation"

    reference = ReferenceField()
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    roles = models.JSONField()
    token_digest = models.BinaryField(unique=True, editable=False)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            both_or_neither("accepted_at", "accepted_by", name="acceptance_has_its_person"),
            both_or_neither("revoked_at", "revoked_by", name="revocation_has_its_person"),
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True) | models.Q(revoked_at__isnull=True),
                name="invitation_accepted_or_revoked_not_both",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def role_labels(self) -> list[Any]:
        """The roles offered, as people read them."""
        return [roles.BY_CODE[code].label for code, _unit in self.roles]


class TermsAcceptance(models.Model):
    """Who accepted which version of the terms, and the digest of the words they saw."""

    user = models.ForeignKey(User, models.PROTECT, related_name="terms_acceptances")
    version = models.CharField(max_length=40)
    text_digest = models.CharField(max_length=64)
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "version"], name="terms_accepted_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.version}"
