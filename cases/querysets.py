"""Sets of referrals, items and advice; every list in a view starts here."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Permission
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.states import ANSWERING, AdviceStatus, RequestStatus, Status
from cases.vocabularies import ConditionAnswer
from partners import roles
from submissions.querysets import permission_id as submission_permission
from submissions.vocabularies import SecretariatView

if TYPE_CHECKING:
    from datetime import date

    from partners.models import User

PAGE = 25


class ReferralQuerySet(models.QuerySet[Any]):
    """Referrals."""

    def visible_to(self, user: User, permission: str = "view_referral") -> ReferralQuerySet:
        """What a recipient's person holds the permission on; the rest does not exist (R5)."""
        wanted = permission_id(permission)
        by_group = self._grants("Group").filter(permission=wanted, group__in=user.acting_gids)
        by_user = self._grants("User").filter(permission=wanted, user=user)
        return self.filter(
            Q(pk__in=by_group.values("content_object"))
            | Q(pk__in=by_user.values("content_object")),
            closed_at__isnull=True,
        )

    def sent_by(self, user: User, permission: str = "view_submission") -> ReferralQuerySet:
        """Those of submissions this person may see as one of the sender's members."""
        grants = "submission__submissiongroupobjectpermission__"
        return self.filter(
            **{
                f"{grants}permission": submission_permission(permission),
                f"{grants}group__in": user.acting_gids,
            }
        ).distinct()

    def live(self) -> ReferralQuerySet:
        """Access has not ended."""
        return self.filter(closed_at__isnull=True)

    def readable(self) -> ReferralQuerySet:
        """Live and not recalled: what was given may be opened."""
        return self.live().exclude(status=Status.RECALLED)

    def by_date(self) -> ReferralQuerySet:
        """The nearest date first."""
        return self.order_by(models.F("due_on").asc(nulls_last=True), "id")

    def after(self, last: Any) -> ReferralQuerySet:
        """Those that follow `last` in the order of `by_date`."""
        if last.due_on is None:
            return self.filter(due_on__isnull=True, pk__gt=last.pk)
        return self.filter(
            Q(due_on__gt=last.due_on)
            | Q(due_on=last.due_on, pk__gt=last.pk)
            | Q(due_on__isnull=True)
        )

    def silent(self, today: date | None = None) -> ReferralQuerySet:
        """A word, or an answer to a condition or a recall, was owed by a date that is past."""
        late = Q(due_on__lt=today or timezone.localdate())
        late |= Q(condition_overdue__isnull=False) | Q(recall_overdue__isnull=False)
        return self.live().with_overdue(today).filter(late)

    def with_overdue(self, today: date | None = None) -> ReferralQuerySet:
        """`condition_overdue`, `recall_overdue`: the earliest date by which one was to be answered.

        None for none.
        """
        apps, here = self.model._meta.apps, models.OuterRef("pk")
        late = {
            f"{name.lower()}_overdue": _one(
                apps.get_model("cases", name).objects.overdue(today).filter(referral=here),
                models.Min("due_on"),
            )
            for name in ("Condition", "Recall")
        }
        return self.annotate(**late)

    def with_what_waits(self) -> ReferralQuerySet:
        """Requests and refused conditions that wait on the sender: how many, since when, until when.

        `questions`, `question_since`, `question_due`, `refusals`, `refusal_since`, `recall_since`
        of overdue ones, and as `with_overdue`; None for none.
        """
        apps, here = self.model._meta.apps, models.OuterRef("pk")
        asked = apps.get_model("cases", "InformationRequest").objects.filter(
            referral=here, status=RequestStatus.ASKED
        )
        refused = apps.get_model("cases", "Condition").objects.filter(
            referral=here, answer=ConditionAnswer.CANNOT
        )
        recalled = apps.get_model("cases", "Recall").objects.overdue().filter(referral=here)
        return self.with_overdue().annotate(
            recall_since=_one(recalled, models.Min("asked_at")),
            questions=_one(asked, models.Count("pk")),
            question_since=_one(asked, models.Min("asked_at")),
            question_due=_one(asked, models.Min("due_on")),
            refusals=_one(refused, models.Count("pk")),
            refusal_since=_one(refused, models.Min("answered_at")),
        )

    def _grants(self, kind: str) -> models.QuerySet[Any]:
        return self.model._meta.apps.get_model(
            "cases", f"Referral{kind}ObjectPermission"
        ).objects.all()


class ItemQuerySet(models.QuerySet[Any]):
    """Items of referrals."""

    def live(self) -> ItemQuerySet:
        """Not taken back."""
        return self.filter(ended_at__isnull=True)


class RecallQuerySet(models.QuerySet[Any]):
    """Exhibits taken back."""

    def with_exhibits(self) -> RecallQuerySet:
        """Those of each recall, for its `numbers`; one more query."""
        return self.prefetch_related("items__exhibit").select_related("referral__compartment")

    def open(self) -> RecallQuerySet:
        """The recipient has not said what became of them."""
        return self.filter(answered_at__isnull=True)

    def overdue(self, today: date | None = None) -> RecallQuerySet:
        """Not answered by their date, by a recipient whose referral is not closed."""
        day = today or timezone.localdate()
        return self.open().filter(due_on__lt=day, referral__closed_at__isnull=True)


class SecondReaderQuerySet(models.QuerySet[Any]):
    """Openings that two people agree on."""

    def of(self, user: User) -> SecondReaderQuerySet:
        """Asked by this person, or of them."""
        return self.filter(Q(asked_by=user) | Q(colleague=user))

    def awaited(self) -> SecondReaderQuerySet:
        """Not answered, and may still be."""
        return self.filter(agreed__isnull=True, until__gt=timezone.now())

    def agreed_now(self) -> SecondReaderQuerySet:
        """Both people may open it."""
        return self.filter(agreed=True, until__gt=timezone.now())


class ConditionQuerySet(models.QuerySet[Any]):
    """Conditions."""

    def overdue(self, today: date | None = None) -> ConditionQuerySet:
        """Not answered by their date, by a recipient that has acknowledged and not ended it."""
        return self.filter(
            answer=ConditionAnswer.AWAITED,
            due_on__lt=today or timezone.localdate(),
            referral__status__in=ANSWERING,
            referral__closed_at__isnull=True,
        )


class AssignmentQuerySet(models.QuerySet[Any]):
    """Assignments."""

    def live(self) -> AssignmentQuerySet:
        """Not ended."""
        return self.filter(ended_at__isnull=True)


class AdviceQuerySet(models.QuerySet[Any]):
    """Questions to the Secretariat."""

    def visible_to(self, user: User) -> AdviceQuerySet:
        """All of them for its advisers; those of their own submissions for the sender's members."""
        if user.partner.kind == roles.SECRETARIAT and user.holds(roles.Adviser.code):
            return self.all()
        grants = "submission__submissiongroupobjectpermission__"
        return self.filter(
            **{
                f"{grants}permission": submission_permission("view_submission"),
                f"{grants}group__in": user.acting_gids,
            }
        ).distinct()

    def open(self) -> AdviceQuerySet:
        """Not answered and not lapsed."""
        return self.filter(status=AdviceStatus.ASKED)

    def assisting(self) -> AdviceQuerySet:
        """Those for which the sender shows what it wrote: in `assist`, open, in time (R14)."""
        found = self.open().filter(view=SecretariatView.ASSIST, due_on__gte=timezone.localdate())
        return found.exclude(submission__status__in=["withdrawn", "erased"])

    def by_date(self) -> AdviceQuerySet:
        """The nearest date first."""
        return self.order_by("due_on", "id")

    def after(self, last: Any) -> AdviceQuerySet:
        """Those that follow `last` in the order of `by_date`."""
        return self.filter(Q(due_on__gt=last.due_on) | Q(due_on=last.due_on, pk__gt=last.pk))


def _one(found: Any, value: models.Aggregate) -> models.Subquery:
    """One number or moment over the rows of one referral."""
    return models.Subquery(found.order_by().values("referral").annotate(it=value).values("it"))


@cache
def permission_id(codename: str) -> int:
    """The primary key of one of this app's permissions; constant for the life of a database."""
    return Permission.objects.values_list("pk", flat=True).get(
        content_type__app_label="cases", codename=codename
    )
