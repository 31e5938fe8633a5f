"""Sets of submissions by what is kept of them: holds, reviews, what people ask about their data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, TruncDate

from submissions.states import REVIEW_AFTER, Status

if TYPE_CHECKING:
    from datetime import date

# Also while a supplement to it is written.
_HANDED_OVER = (Status.HANDED_OVER, Status.DRAFT, Status.READY)


class KeptQuerySet(models.QuerySet[Any]):
    """What a data-protection lead looks at."""

    def with_keeping(self) -> Self:
        """`holds_live` and `requests_open`: how many; `restricted`: whether a request restricts.

        And what `with_review` says.
        """
        apps, here = self.model._meta.apps, {"submission": models.OuterRef("pk")}
        holds = apps.get_model("submissions", "Hold").objects.filter(**here).live()
        asked = apps.get_model("submissions", "DataSubjectRequest").objects.filter(**here)
        return self.with_review().annotate(
            holds_live=_count(holds),
            requests_open=_count(asked.open()),
            restricted=models.Exists(asked.restricting()),
        )

    def with_numbers(self) -> Self:
        """`incidents_present` and `risks_live`: how many; `look_on`: the nearest day of a risk."""
        apps, here = self.model._meta.apps, {"submission": models.OuterRef("pk")}
        told = apps.get_model("submissions", "Incident").objects.filter(**here).present()
        risks = apps.get_model("submissions", "Risk").objects.filter(**here).live()
        return self.annotate(
            incidents_present=_count(told),
            risks_live=_count(risks),
            look_on=models.Subquery(risks.order_by("review_on").values("review_on")[:1]),
        )

    def with_review(self) -> Self:
        """`review_on`: when what was handed over is looked at again, and `reviewed_at`, or None.

        Three years after the first hand-over, or when the last review said.
        """
        apps, here = self.model._meta.apps, {"submission": models.OuterRef("pk")}
        versions = apps.get_model("submissions", "Version").objects.filter(**here)
        reviews = apps.get_model("submissions", "Review").objects.filter(**here).order_by("-pk")
        first = models.Subquery(versions.order_by("number").values("handed_over_at")[:1])
        return self.annotate(
            first_given_at=first,
            reviewed_at=models.Subquery(reviews.values("reviewed_at")[:1]),
            review_on=Coalesce(
                models.Subquery(reviews.values("next_on")[:1]),
                TruncDate(F("first_given_at") + REVIEW_AFTER),
            ),
        )

    def with_what_is_kept(self) -> Self:
        """What `with_review` says, and what else has a date of its own.

        `hold_on` and `hold_since` of the nearest hold; `asked_on`, `asked_at`, `asked_reference` of
        the open request about somebody's data that is due first; each None where there is none.
        """
        get = self.model._meta.apps.get_model
        asked = get("submissions", "DataSubjectRequest").objects.open()
        asked = asked.filter(submission=models.OuterRef("pk")).order_by("due_on", "pk")
        holds = get("submissions", "Hold").objects.live()
        nearest = holds.filter(submission=models.OuterRef("pk")).order_by("review_on", "pk")
        return self.with_review().annotate(
            hold_on=models.Subquery(nearest.values("review_on")[:1]),
            hold_since=models.Subquery(nearest.values("looked_at")[:1]),
            asked_on=models.Subquery(asked.values("due_on")[:1]),
            asked_at=models.Subquery(asked.values("recorded_at")[:1]),
            asked_reference=models.Subquery(asked.values("reference")[:1]),
        )


def to_look_at(until: date) -> Q:
    """Something kept is to be looked at by that day, or somebody asks about their data.

    Of submissions `with_what_is_kept`.
    """
    reviewed = Q(versions_made__gt=0, status__in=_HANDED_OVER, review_on__lte=until)
    return reviewed | Q(hold_on__lte=until) | Q(asked_on__isnull=False)


def _count(found: models.QuerySet[Any]) -> Coalesce:
    """How many, as a column of the rows they belong to."""
    counted = found.order_by().values("submission").annotate(number=models.Count("pk"))
    return Coalesce(models.Subquery(counted.values("number")), 0)
