"""What a recipient reads: the frozen manifest, cut to its mode, its items and its conditions."""

from dataclasses import dataclass, field, replace
from typing import Any

from cases import policies
from cases.models import AdviceExhibit, Referral, ReferralItem
from cases.vocabularies import Mode
from submissions import manifest
from submissions.models import Version

type Entry = dict[str, Any]


@dataclass(frozen=True)
class Item[Given: ReferralItem | AdviceExhibit]:
    """One exhibit given, or shown with a question: what was said of it, and whether it opens.

    `is_covered`: people's words do not keep it closed.
    """

    item: Given
    told: Entry
    is_open: bool
    is_covered: bool = True


@dataclass(frozen=True)
class Package:
    """`sheet` is clear and always there; the rest is empty while conditions keep it closed.

    `is_covered`: people's words do not keep closed what is written. `is_out_of_reach`: the
    recipient's assessment keeps everything closed.
    """

    sheet: Entry
    version: int
    is_covered: bool = True
    is_out_of_reach: bool = False
    summary: str = ""
    incidents: list[Entry] = field(default_factory=list)
    items: list[Item[ReferralItem]] = field(default_factory=list)


def read(referral: Referral) -> Package:
    """Open the words of what was given. Callers hold an opening of the package (R3).

    Nothing but the cover sheet once it was recalled or access has ended.
    """
    settled = policies.settled(referral)
    upto = settled.version if referral.is_readable else 0
    items = list(
        referral.items.live()
        .select_related("exhibit__file", "copy__file", "version__submission__compartment", "taken")
        .order_by("exhibit__number")
    )
    numbers = {item.version.number for item in items} | {upto}
    texts = {
        version.number: manifest.read(version)
        for version in Version.objects.filter(
            submission=referral.submission, number__in=numbers, number__lte=upto
        ).select_related("submission__compartment")
    }
    told = texts.get(upto, {})
    return Package(
        sheet=referral.version.sheet,
        version=upto,
        is_covered=settled.covers_words,
        is_out_of_reach=settled.is_out_of_reach,
        summary=told["cover_sheet"]["summary"] if told and referral.mode != Mode.ALERT else "",
        incidents=told["incidents"] if told and referral.mode == Mode.FULL else [],
        items=[
            replace(
                _item(item, texts if settled.opens(item) else {}), is_covered=settled.covers(item)
            )
            for item in items
        ],
    )


def _item(item: ReferralItem, texts: dict[int, Entry]) -> Item[ReferralItem]:
    text = texts.get(item.version.number)
    if text is None:
        return Item(item, {}, is_open=False)
    told = next(e for e in text["exhibits"] if e["reference"] == item.exhibit.reference)
    return Item(item, told, is_open=True)
