"""What is to be given of an exhibit: the original, or the redacted copy that comes first (DESIGN 6)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cases.models import Referral, ReferralItem
from submissions.models import Exhibit, Redaction


@dataclass(frozen=True)
class ToGive:
    """One exhibit to be given: its redacted copy, or the original where there is none."""

    exhibit: Exhibit
    copy: Redaction | None = None


def copies_of(exhibits: Iterable[Exhibit]) -> dict[int, Redaction]:
    """The newest redacted copy in use, by the exhibit's primary key; one query."""
    found = Redaction.objects.live().filter(exhibit__in=list(exhibits)).order_by("number")
    return {copy.exhibit_id: copy for copy in found}


def choose(exhibits: Iterable[Exhibit], *, originals: Collection[int] = ()) -> list[ToGive]:
    """Redacted copies where there are some, but of `originals` (primary keys); one query."""
    found = list(exhibits)
    copies = copies_of(one for one in found if one.pk not in originals)
    return [ToGive(exhibit, copies.get(exhibit.pk)) for exhibit in found]


def lacking(referral: Referral, wanted: Iterable[ToGive]) -> list[ToGive]:
    """Those that the recipient does not have yet, in that form or as the original."""
    live = {item.exhibit_id: item for item in referral.items.live().select_related("copy")}
    return [one for one in wanted if not _has(live.get(one.exhibit.pk), one)]


def _has(item: ReferralItem | None, one: ToGive) -> bool:
    if item is None:
        return False
    if item.copy is None:  # whoever has the original needs no copy of it
        return True
    return item.copy == one.copy
