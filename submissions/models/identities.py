"""The identity vault: who stands behind a pseudonym, each under a key of its own (DESIGN 6)."""

from typing import ClassVar

from django.db import models

from custody.models import SealedFile, SealingKey
from impna.constraints import both_or_neither
from impna.references import ReferenceField
from partners.models import User
from submissions.models.persons import Person


class Identity(models.Model):
    """Who one person is: one that is kept at most, and tombstones of those before it.

    `file` holds `identities.IdentityDetails`, sealed to `key` alone; ending it destroys the key.
    """

    custody_label: ClassVar[str] = "submissions.identity"

    reference = ReferenceField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="identities")
    key = models.OneToOneField(SealingKey, models.PROTECT, related_name="identity")
    file = models.OneToOneField(SealedFile, models.PROTECT, related_name="identity")
    kept_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        # "view_identity" is a permission on a submission.
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(ended_at__isnull=True),
                name="one_identity_kept_of_a_person",
            ),
            both_or_neither("ended_at", "ended_by", name="an_identitys_end_has_its_person"),
        ]

    def __str__(self) -> str:
        return f"identity {self.reference}"

    @property
    def submission_reference(self) -> str:
        """For the vault."""
        return self.person.submission.reference


class NameToken(models.Model):
    """One form of a name, number or address of a kept identity, as a keyed token.

    Its key is the submission's, in the key store: with the database alone nobody can tell a word
    from it, nor try one. It goes with the identity.
    """

    identity = models.ForeignKey(Identity, models.PROTECT, related_name="tokens")
    token = models.BinaryField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity", "token"], name="a_token_once_per_identity"),
        ]

    def __str__(self) -> str:
        return f"token of {self.identity_id}"
