"""Who can be recognised where, and on what basis they are given (R4)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from impna.constraints import both_or_neither, one_of
from impna.references import ReferenceField
from partners.models import User
from submissions.consent_vocabularies import Basis
from submissions.models.exhibits import Exhibit
from submissions.models.persons import Person
from submissions.models.submissions import Submission
from submissions.querysets import LinkQuerySet


class Link(models.Model):
    """Somebody can be recognised in some exhibits, in what is written, or in both.

    `person` is somebody by code; None are people nobody knows, `fewest` to `most` of them, entered
    once however many there are. `details` is the sealed text of `links.LinkDetails`. A basis that
    is the organisation's own decision is signed by an approver; whatever changes it, or where it
    holds, takes the signature away.
    """

    custody_label: ClassVar[str] = "submissions.link"

    reference = ReferenceField()
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="links")
    number = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="links")
    fewest = models.PositiveIntegerField(null=True, blank=True)
    most = models.PositiveIntegerField(null=True, blank=True)
    basis = models.CharField(max_length=20, choices=Basis)
    in_words = models.BooleanField(default=False)
    exhibits = models.ManyToManyField(Exhibit, through="LinkedExhibit", related_name="links")
    details = models.BinaryField(null=True, editable=False)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "number"], name="link_number_once_per_submission"
            ),
            one_of("basis", Basis, name="link_basis_known"),
            both_or_neither("signed_by", "signed_at", name="a_links_signature_has_its_person"),
            models.CheckConstraint(
                condition=models.Q(basis__in=Basis.signed()) | models.Q(signed_at__isnull=True),
                name="only_a_risk_decision_is_signed",
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, fewest__isnull=True, most__isnull=True)
                | models.Q(person__isnull=True, fewest__gte=1, most__gte=models.F("fewest")),
                name="a_link_is_of_somebody_or_of_so_many",
            ),
            models.CheckConstraint(
                condition=~models.Q(basis="asked") | models.Q(person__isnull=False),
                name="who_was_asked_has_a_code",
            ),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        if self.person is not None:
            return self.person.code
        if self.fewest == self.most:
            number = self.most or 0
            words = ngettext("%(n)d unknown person", "%(n)d unknown people", number)
            return words % {"n": number}
        return str(_("%(few)d to %(most)d unknown people")) % {
            "few": self.fewest,
            "most": self.most,
        }

    @property
    def is_unsigned(self) -> bool:
        """An approver has to weigh it before anything of it is given."""
        return self.basis in Basis.signed() and self.signed_at is None


class LinkedExhibit(models.Model):
    """An exhibit of the same submission in which they can be recognised."""

    link = models.ForeignKey(Link, models.PROTECT, related_name="linked")
    exhibit = models.ForeignKey(Exhibit, models.PROTECT, related_name="linked")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "exhibit"], name="an_exhibit_once_in_a_link")
        ]

    def __str__(self) -> str:
        return f"{self.link} in {self.exhibit}"
