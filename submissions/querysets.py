"""Sets of submissions and exhibits; every list in a view starts here."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Permission
from django.db import models
from django.db.models import Q

from submissions.states import FileState, Status
from submissions.vocabularies import Recognisable

if TYPE_CHECKING:
    from partners.models import User

PAGE = 25


class SubmissionQuerySet(models.QuerySet[Any]):
    """Submissions."""

    def visible_to(self, user: User, permission: str = "view_submission") -> SubmissionQuerySet:
        """Those a group of this person holds the permission on; the rest does not exist (R5)."""
        return self.filter(
            submissiongroupobjectpermission__permission=permission_id(permission),
            submissiongroupobjectpermission__group__in=user.acting_gids,
        ).distinct()

    def page_for(self, user: User, *, before: int | None = None, size: int = PAGE) -> list[Any]:
        """The newest `size` + 1 visible ones before a primary key, straight from the grants' index.

        One branch per group keeps each a short range scan; `visible_to` would sort the whole set
        (performance.md 1.2).
        """
        grants = self.model._meta.apps.get_model(
            "submissions", "SubmissionGroupObjectPermission"
        ).objects.filter(permission=permission_id("view_submission"))
        if before is not None:
            grants = grants.filter(content_object__lt=before)
        branches = [
            grants.filter(group=group)
            .order_by("-content_object_id")
            .values_list("content_object_id", flat=True)[: size + 1]
            for group in user.acting_gids
        ]
        if not branches:
            return []
        ids = branches[0]
        if len(branches) > 1:  # Django cannot order a union of one
            ids = ids.union(*branches[1:]).order_by("-content_object_id")[: size + 1]
        return list(self.filter(pk__in=list(ids)).order_by("-pk"))

    def drafts(self) -> SubmissionQuerySet:
        """Not handed over yet."""
        return self.filter(status=Status.DRAFT)


class IncidentQuerySet(models.QuerySet[Any]):
    """Incidents."""

    def visible_to(self, user: User) -> IncidentQuerySet:
        """Those of visible submissions."""
        grants = "submission__submissiongroupobjectpermission__"
        return self.filter(
            **{
                f"{grants}permission": permission_id("view_submission"),
                f"{grants}group__in": user.acting_gids,
            }
        ).distinct()

    def present(self) -> IncidentQuerySet:
        """Not removed from the draft."""
        return self.filter(removed_at__isnull=True)


class ExhibitQuerySet(models.QuerySet[Any]):
    """Exhibits."""

    def visible_to(self, user: User) -> ExhibitQuerySet:
        """Those of visible submissions."""
        grants = "submission__submissiongroupobjectpermission__"
        return self.filter(
            **{
                f"{grants}permission": permission_id("view_submission"),
                f"{grants}group__in": user.acting_gids,
            }
        ).distinct()

    def present(self) -> ExhibitQuerySet:
        """Not removed from the draft."""
        return self.filter(removed_at__isnull=True)

    def unfinished(self) -> ExhibitQuerySet:
        """Their file is still being sent."""
        return self.present().filter(file_state=FileState.SENDING)

    def on_their_way(self) -> ExhibitQuerySet:
        """Being sent, or received and not yet made whole."""
        return self.present().filter(file_state__in=[FileState.SENDING, FileState.CHECKING])

    def needing_someone(self) -> ExhibitQuerySet:
        """Failed, or there and nobody has said whether someone can be recognised."""
        return self.present().filter(
            Q(file_state=FileState.FAILED)
            | Q(
                file_state__in=[FileState.SEALED, FileState.NONE],
                recognisable=Recognisable.UNANSWERED,
            )
        )

    def settled(self) -> ExhibitQuerySet:
        """Sealed, or delivered another way, and answered for."""
        return (
            self.present()
            .filter(file_state__in=[FileState.SEALED, FileState.NONE])
            .exclude(recognisable=Recognisable.UNANSWERED)
        )


@cache
def permission_id(codename: str) -> int:
    """The primary key of one of this app's permissions; constant for the life of a database."""
    return Permission.objects.values_list("pk", flat=True).get(
        content_type__app_label="submissions", codename=codename
    )
