"""Sets of submissions and exhibits; every list in a view starts here."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Q
from django.db.models.functions import JSONObject
from django.utils import timezone

from submissions.consent_vocabularies import Basis
from submissions.keeping import Outcome, RequestKind
from submissions.kept import KeptQuerySet
from submissions.states import FileState, Scan, Status
from submissions.vocabularies import Delivery, Recognisable

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from partners.models import Partner, User

PAGE = 25
# As `submissions.answers.still_open` says it of the fields that stand in clear.
UNANSWERED = (
    Q(recognisable=Recognisable.UNANSWERED)
    | Q(recognisable=Recognisable.SOMEONE, identified_by=[])
    | Q(evidence_type="")
    | Q(obtained="")
)
# Failed, or there and not answered for.
NEEDING = Q(file_state=FileState.FAILED) | Q(
    UNANSWERED, file_state__in=[FileState.SEALED, FileState.NONE]
)


class ExclusionQuerySet(models.QuerySet[Any]):
    """Standing exclusions."""

    def visible_to(self, user: User) -> ExclusionQuerySet:
        """Those of one's own organisation."""
        return self.filter(partner=user.partner_id)

    def live(self) -> ExclusionQuerySet:
        """Not lifted."""
        return self.filter(ended_at__isnull=True)

    def against(self, body: Partner) -> ExclusionQuerySet:
        """That stand in the way of giving something to this authority or mechanism."""
        stands = Q(body=body)
        if body.country:
            stands |= Q(state=body.country)
        return self.filter(stands)


class SubmissionQuerySet(KeptQuerySet):
    """Submissions."""

    def visible_to(self, user: User, permission: str = "view_submission") -> SubmissionQuerySet:
        """Those a group of this person holds the permission on; the rest does not exist (R5)."""
        return self.filter(
            submissiongroupobjectpermission__permission=permission_id(permission),
            submissiongroupobjectpermission__group__in=user.acting_gids,
        ).distinct()

    def page_for(
        self,
        user: User,
        *,
        before: int | None = None,
        statuses: Collection[str] = (),
        size: int = PAGE,
    ) -> list[Any]:
        """The newest `size` + 1 visible ones before a primary key, straight from the grants' index.

        Only those in one of `statuses`, if any are named.

        One branch per group keeps each a short range scan; `visible_to` would sort the whole set
        (performance.md 1.2).
        """
        grants = self.model._meta.apps.get_model(
            "submissions", "SubmissionGroupObjectPermission"
        ).objects.filter(permission=permission_id("view_submission"))
        if before is not None:
            grants = grants.filter(content_object__lt=before)
        if statuses:
            grants = grants.filter(content_object__status__in=statuses)
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
        """Not handed over yet: being written, or with an approver."""
        return self.filter(status__in=[Status.DRAFT, Status.READY])

    def handed_over(self) -> SubmissionQuerySet:
        """With their recipients; a supplement can be begun."""
        return self.filter(status=Status.HANDED_OVER)


class IncidentQuerySet(models.QuerySet[Any]):
    """Incidents."""

    def visible_to(self, user: User) -> IncidentQuerySet:
        """Those of visible submissions."""
        return self.filter(**_in_visible(user)).distinct()

    def present(self) -> IncidentQuerySet:
        """Not removed from the draft."""
        return self.filter(removed_at__isnull=True)

    def with_facts(self) -> IncidentQuerySet:
        """With groups, and with what sources say; two more queries."""
        return self.prefetch_related("groups", "information")

    def with_codes(self) -> IncidentQuerySet:
        """`in_it`: who was in it by code and as what, as dicts; no query more."""
        parts = self.model._meta.apps.get_model("submissions", "Part").objects.filter(
            incident=models.OuterRef("pk"), person__removed_at__isnull=True
        )
        said = JSONObject(code="person__code", reference="person__reference", role="role")
        return self.annotate(in_it=ArraySubquery(parts.order_by("pk").values(said=said)))


class RiskQuerySet(models.QuerySet[Any]):
    """Risks."""

    def visible_to(self, user: User) -> RiskQuerySet:
        """Those of visible submissions."""
        return self.filter(**_in_visible(user)).distinct()

    def live(self) -> RiskQuerySet:
        """Not over."""
        return self.filter(ended_at__isnull=True)

    def late(self) -> RiskQuerySet:
        """Not over, and to be looked at again by a day that is past."""
        return self.live().filter(review_on__lt=timezone.localdate())


class LinkQuerySet(models.QuerySet[Any]):
    """Who can be recognised where."""

    def visible_to(self, user: User) -> LinkQuerySet:
        """Those of visible submissions."""
        return self.filter(**_in_visible(user)).distinct()

    def live(self) -> LinkQuerySet:
        """Not taken away."""
        return self.filter(ended_at__isnull=True)

    def of_words_over(self, today: date) -> LinkQuerySet:
        """Of people whose word held until a day before `today`, or who are of age by then."""
        over = Q(person__consents__expires_on__lt=today) | Q(person__consents__of_age_on__lte=today)
        newest = Q(person__consents__replaced_at__isnull=True)
        return self.live().filter(newest & over, basis=Basis.ASKED)

    def to_sign(self) -> LinkQuerySet:
        """A risk decision that no approver has signed."""
        return self.live().filter(basis__in=Basis.signed(), signed_at__isnull=True)


class ConsentQuerySet(models.QuerySet[Any]):
    """What people said."""

    def visible_to(self, user: User) -> ConsentQuerySet:
        """Of persons of visible submissions."""
        return self.filter(**_in_visible(user, "person__submission__")).distinct()

    def live(self) -> ConsentQuerySet:
        """The newest of each person, taken back or not."""
        return self.filter(replaced_at__isnull=True)


class AskAgainQuerySet(models.QuerySet[Any]):
    """People to be asked again."""

    def visible_to(self, user: User, permission: str = "view_submission") -> AskAgainQuerySet:
        """Of persons of visible submissions."""
        return self.filter(**_in_visible(user, "person__submission__", permission)).distinct()

    def open(self) -> AskAgainQuerySet:
        """Nobody has asked them yet."""
        return self.filter(done_at__isnull=True, person__removed_at__isnull=True)


class CodeQuerySet(models.QuerySet[Any]):
    """Codes that people hold."""

    def visible_to(self, user: User) -> CodeQuerySet:
        """Of persons of visible submissions."""
        return self.filter(**_in_visible(user, "person__submission__")).distinct()

    def live(self) -> CodeQuerySet:
        """Not ended: to be used, or used and not answered."""
        return self.filter(ended_at__isnull=True)

    def pausing(self) -> CodeQuerySet:
        """Used, and the organisation has not answered."""
        return self.live().filter(used_at__isnull=False)

    def over(self, today: date) -> CodeQuerySet:
        """Nobody answered in time, and nobody thinks that the person is pressed."""
        return self.pausing().filter(due_on__lt=today, pressed_at__isnull=True)


class PaperFormQuerySet(models.QuerySet[Any]):
    """Forms on paper."""

    def visible_to(self, user: User) -> PaperFormQuerySet:
        """Those of one's own organisation."""
        return self.filter(partner=user.partner_id)

    def live(self) -> PaperFormQuerySet:
        """Still used."""
        return self.filter(ended_at__isnull=True)


class HoldQuerySet(models.QuerySet[Any]):
    """Holds."""

    def visible_to(self, user: User) -> HoldQuerySet:
        """Those of visible submissions."""
        return self.filter(**_in_visible(user)).distinct()

    def live(self) -> HoldQuerySet:
        """Not ended: also those whose day has passed."""
        return self.filter(ended_at__isnull=True)

    def keeping(self, exhibit: int | None = None) -> HoldQuerySet:
        """Live ones in the way of erasing one exhibit (by primary key), or everything."""
        live = self.live()
        if exhibit is None:
            return live
        return live.filter(Q(exhibit__isnull=True) | Q(exhibit=exhibit))


class DataSubjectRequestQuerySet(models.QuerySet[Any]):
    """Requests of people about their data."""

    def visible_to(self, user: User) -> DataSubjectRequestQuerySet:
        """Those of visible submissions."""
        return self.filter(**_in_visible(user)).distinct()

    def open(self) -> DataSubjectRequestQuerySet:
        """Not answered."""
        return self.filter(answered_at__isnull=True)

    def restricting(self) -> DataSubjectRequestQuerySet:
        """A restriction that is asked for, or was granted and not lifted: kept, and not used."""
        stands = Q(answered_at__isnull=True) | Q(outcome__in=[Outcome.GRANTED, Outcome.PARTLY])
        return self.filter(stands, kind=RequestKind.RESTRICTION, lifted_at__isnull=True)


class PersonQuerySet(models.QuerySet[Any]):
    """Persons."""

    def visible_to(self, user: User) -> PersonQuerySet:
        """Those of visible submissions."""
        return self.filter(**_in_visible(user)).distinct()

    def present(self) -> PersonQuerySet:
        """Not removed from the draft."""
        return self.filter(removed_at__isnull=True)

    def to_speak_with(self) -> PersonQuerySet:
        """Who used their code, and who is to be asked again; each with since when and until when.

        `used_at`, `answer_by`, `pressed_at` of the code; `wanted_at`, `ask_by` of asking; or None.
        """
        get_model = self.model._meta.apps.get_model
        code = get_model("submissions", "WithdrawalCode").objects.pausing()
        code = code.filter(person=models.OuterRef("pk")).order_by("due_on")
        ask = get_model("submissions", "AskAgain").objects.filter(
            person=models.OuterRef("pk"), done_at__isnull=True
        )
        ask = ask.order_by("due_on", "pk")

        def first(found: Any, name: str) -> models.Subquery:
            return models.Subquery(found.values(name)[:1])

        return self.annotate(
            used_at=first(code, "used_at"),
            answer_by=first(code, "due_on"),
            pressed_at=first(code, "pressed_at"),
            wanted_at=first(ask, "asked_at"),
            ask_by=first(ask, "due_on"),
        ).filter(Q(used_at__isnull=False) | Q(wanted_at__isnull=False))

    def with_parts(self) -> PersonQuerySet:
        """With what they were in which incidents, and whether an identity is kept; one more query."""
        get_model = self.model._meta.apps.get_model
        parts = get_model("submissions", "Part").objects.present()
        kept = get_model("submissions", "Identity").objects.filter(
            person=models.OuterRef("pk"), ended_at__isnull=True
        )
        found = self.annotate(identity_kept=models.Exists(kept))
        return found.prefetch_related(models.Prefetch("parts", parts))


class PartQuerySet(models.QuerySet[Any]):
    """Parts of persons in incidents."""

    def present(self) -> PartQuerySet:
        """Of incidents that are still there, each with its incident."""
        return self.filter(incident__removed_at__isnull=True).select_related("incident")


class GroupQuerySet(models.QuerySet[Any]):
    """People of incidents who are counted together."""

    def visible_to(self, user: User) -> GroupQuerySet:
        """Those of visible submissions."""
        return self.filter(**_in_visible(user, "incident__submission__")).distinct()


class InformationQuerySet(models.QuerySet[Any]):
    """What sources say of incidents."""

    def visible_to(self, user: User) -> InformationQuerySet:
        """Those of visible submissions."""
        return self.filter(**_in_visible(user, "incident__submission__")).distinct()


class InformationManager(models.Manager.from_queryset(InformationQuerySet)):  # type: ignore[misc]
    """Each comes with its source."""

    def get_queryset(self) -> Any:
        """Joined, wherever it is asked for."""
        return super().get_queryset().select_related("person", "exhibit")


class ExhibitQuerySet(models.QuerySet[Any]):
    """Exhibits."""

    def visible_to(self, user: User) -> ExhibitQuerySet:
        """Those of visible submissions."""
        return self.filter(**_in_visible(user)).distinct()

    def described_before(self) -> ExhibitQuerySet:
        """Of earlier versions, those whose file is not in the portal."""
        elsewhere = self.present().exclude(delivery=Delivery.PORTAL)
        return elsewhere.filter(in_versions__isnull=False).distinct().order_by("number")

    def present(self) -> ExhibitQuerySet:
        """Not removed from the draft."""
        return self.filter(removed_at__isnull=True)

    def without_link(self) -> ExhibitQuerySet:
        """Somebody can be recognised in them, and nobody is named who it is."""
        links = self.model._meta.apps.get_model("submissions", "LinkedExhibit").objects
        named = links.filter(exhibit=models.OuterRef("pk"), link__ended_at__isnull=True)
        return self.filter(~models.Exists(named), recognisable=Recognisable.SOMEONE)

    def beginnings(self, *groups: ExhibitQuerySet, size: int) -> ExhibitQuerySet:
        """The first `size` of each group by number, together: one statement, short range scans."""
        first, *others = (group.order_by("number").values("pk")[:size] for group in groups)
        return self.filter(pk__in=first.union(*others, all=True)).order_by("number")

    def unfinished(self) -> ExhibitQuerySet:
        """Their file is still being sent."""
        return self.present().filter(file_state=FileState.SENDING)

    def with_files_of(self, lengths: Collection[int]) -> ExhibitQuerySet:
        """Whose file has one of these sizes, and has arrived or is on its way."""
        states = [FileState.SENDING, FileState.CHECKING, FileState.SEALED]
        return self.present().filter(file_state__in=states, upload__length__in=lengths)

    def with_bytes_of(self, digests: Collection[bytes]) -> ExhibitQuerySet:
        """Whose sealed file has one of these SHA-256 digests."""
        return self.present().filter(file__sha256__in=digests)

    def on_their_way(self) -> ExhibitQuerySet:
        """Being sent, or received and not yet made whole."""
        return self.present().filter(file_state__in=[FileState.SENDING, FileState.CHECKING])

    def needing_someone(self) -> ExhibitQuerySet:
        """Failed, or there and not answered for: what `answers.still_open` says of clear fields."""
        return self.present().filter(NEEDING)

    def unanswered(self) -> ExhibitQuerySet:
        """Whatever became of the file, unless it failed: an answer is open."""
        return self.present().exclude(file_state=FileState.FAILED).filter(UNANSWERED)

    def identifying_without_copy(self) -> ExhibitQuerySet:
        """Whose file identifies someone, and of which no redacted copy counts."""
        copies = self.model._meta.apps.get_model("submissions", "Redaction").objects.live()
        return (
            self.present()
            .filter(file_state=FileState.SEALED, recognisable=Recognisable.SOMEONE)
            .exclude(scan=Scan.INFECTED)
            .exclude(pk__in=copies.values("exhibit"))
            .order_by("number")
        )

    def settled(self) -> ExhibitQuerySet:
        """Sealed, or delivered another way, and answered for."""
        return (
            self.present()
            .filter(file_state__in=[FileState.SEALED, FileState.NONE])
            .exclude(UNANSWERED)
        )


class RedactionQuerySet(models.QuerySet[Any]):
    """Redacted copies."""

    def visible_to(self, user: User) -> RedactionQuerySet:
        """Those of exhibits of visible submissions."""
        return self.filter(**_in_visible(user, "exhibit__submission__")).distinct()

    def live(self) -> RedactionQuerySet:
        """Confirmed and not taken back, of exhibits that are there; newest first."""
        return self.filter(
            confirmed_at__isnull=False,
            taken_back_at__isnull=True,
            exhibit__removed_at__isnull=True,
            exhibit__key__destroyed_at__isnull=True,
        ).order_by("-number")


class VersionExhibitQuerySet(models.QuerySet[Any]):
    """Exhibits as they belong to versions."""

    def there(self) -> VersionExhibitQuerySet:
        """Not erased since: these can be given."""
        return self.filter(exhibit__removed_at__isnull=True)


def _in_visible(
    user: User, way: str = "submission__", permission: str = "view_submission"
) -> dict[str, Any]:
    """Of submissions that a group of this person may see."""
    grants = f"{way}submissiongroupobjectpermission__"
    return {
        f"{grants}permission": permission_id(permission),
        f"{grants}group__in": user.acting_gids,
    }


@cache
def permission_id(codename: str) -> int:
    """The primary key of one of this app's permissions; constant for the life of a database."""
    return Permission.objects.values_list("pk", flat=True).get(
        content_type__app_label="submissions", codename=codename
    )
