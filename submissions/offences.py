"""The crimes a submission may name, by code (vocabularies V1).

Asked only after the facts (conduct.py), several at once, and "not sure" is an answer. Labels are
short labels of our own, not quotations. A code once shipped is never renamed or used again.

A head that the Elements of Crimes split stays valid: one of these, not sure which.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from impna.errors import Sentence

type Conflict = Literal["IAC", "NIAC", ""]
type Table = tuple[tuple[str, Sentence], ...]

UNKNOWN = "unknown"  # "not sure", wherever a person answers


class ConflictType(models.TextChoices):
    """V1j: a question about the context, not about the law."""

    IAC = "IAC", _("International armed conflict")
    NIAC = "NIAC", _("Armed conflict not of an international character")
    NONE = "none", _("No armed conflict")
    UNKNOWN = UNKNOWN, _("Not sure")


class PersecutionGround(models.TextChoices):
    """V1c: asked with RS-7-1-h only; each answer is special-category data and needs a reason."""

    POLITICAL = "political", _("Political")
    RACIAL = "racial", _("Racial")
    NATIONAL = "national", _("National")
    ETHNIC = "ethnic", _("Ethnic")
    CULTURAL = "cultural", _("Cultural")
    RELIGIOUS = "religious", _("Religious")
    GENDER = "gender", _("Gender")
    OTHER = "other", _("Other ground universally recognised as impermissible")


class Family(models.TextChoices):
    """The headings of the list."""

    GENOCIDE = "genocide", _("Genocide")
    HUMANITY = "humanity", _("Crimes against humanity")
    GRAVE_BREACHES = "grave_breaches", _("War crimes, international conflict: grave breaches")
    WAR_IAC = "war_iac", _("War crimes, international conflict: other violations")
    COMMON_ARTICLE_3 = (
        "common_article_3",
        _("War crimes, non-international conflict: common article 3"),
    )
    WAR_NIAC = "war_niac", _("War crimes, non-international conflict: other violations")
    AGGRESSION = "aggression", _("Aggression")
    TREATY = "treaty", _("Crimes under other treaties and national law")


@dataclass(frozen=True, slots=True)
class Offence:
    """One entry. `head` is filled for a split only; `amended` is the year of adoption."""

    code: str
    article: str
    label: Sentence
    family: Family
    conflict: Conflict
    amended: int | None
    head: str
    check: Literal["S", "K"]  # seen in the Statute's text, or background knowledge


_GENOCIDE: Table = (
    ("RS-6-a", _("Killing members of the group")),
    ("RS-6-b", _("Causing serious bodily or mental harm")),
    ("RS-6-c", _("Conditions of life calculated to destroy the group")),
    ("RS-6-d", _("Measures to prevent births within the group")),
    ("RS-6-e", _("Forcibly transferring children")),
)
# A mode of liability with a code of its own; not one of the 76.
_INCITEMENT: Table = (("RS-25-3-e", _("Direct and public incitement to genocide")),)

_HUMANITY: Table = (
    ("RS-7-1-a", _("Murder")),
    ("RS-7-1-b", _("Extermination")),
    ("RS-7-1-c", _("Enslavement")),
    ("RS-7-1-d", _("Deportation or forcible transfer of population")),
    ("RS-7-1-e", _("Imprisonment or other severe deprivation of physical liberty")),
    ("RS-7-1-f", _("Torture")),
    ("RS-7-1-g", _("Sexual violence crimes")),
    ("RS-7-1-g-1", _("Rape")),
    ("RS-7-1-g-2", _("Sexual slavery")),
    ("RS-7-1-g-3", _("Enforced prostitution")),
    ("RS-7-1-g-4", _("Forced pregnancy")),
    ("RS-7-1-g-5", _("Enforced sterilization")),
    ("RS-7-1-g-6", _("Sexual violence")),
    ("RS-7-1-h", _("Persecution")),
    ("RS-7-1-i", _("Enforced disappearance of persons")),
    ("RS-7-1-j", _("Apartheid")),
    ("RS-7-1-k", _("Other inhumane acts")),
)

_GRAVE_BREACHES: Table = (
    ("RS-8-2-a-i", _("Wilful killing")),
    ("RS-8-2-a-ii", _("Torture or inhuman treatment")),
    ("RS-8-2-a-ii-1", _("Torture")),
    ("RS-8-2-a-ii-2", _("Inhuman treatment")),
    ("RS-8-2-a-ii-3", _("Biological experiments")),
    ("RS-8-2-a-iii", _("Wilfully causing great suffering or serious injury")),
    ("RS-8-2-a-iv", _("Extensive destruction and appropriation of property")),
    ("RS-8-2-a-v", _("Compelling service in hostile forces")),
    ("RS-8-2-a-vi", _("Denying a fair trial")),
    ("RS-8-2-a-vii", _("Unlawful deportation, transfer or confinement")),
    ("RS-8-2-a-vii-1", _("Unlawful deportation or transfer")),
    ("RS-8-2-a-vii-2", _("Unlawful confinement")),
    ("RS-8-2-a-viii", _("Taking of hostages")),
)

_WAR_IAC: Table = (
    ("RS-8-2-b-i", _("Attacking civilians")),
    ("RS-8-2-b-ii", _("Attacking civilian objects")),
    ("RS-8-2-b-iii", _("Attacking humanitarian or peacekeeping personnel or objects")),
    (
        "RS-8-2-b-iv",
        _("Attack with clearly excessive incidental death, injury, damage or environmental harm"),
    ),
    ("RS-8-2-b-v", _("Attacking undefended places")),
    ("RS-8-2-b-vi", _("Killing or wounding a person hors de combat (surrendered)")),
    ("RS-8-2-b-vii", _("Improper use of flags, insignia, uniforms or emblems")),
    ("RS-8-2-b-vii-1", _("Improper use of a flag of truce")),
    ("RS-8-2-b-vii-2", _("Improper use of the flag, insignia or uniform of the enemy")),
    ("RS-8-2-b-vii-3", _("Improper use of the flag, insignia or uniform of the United Nations")),
    ("RS-8-2-b-vii-4", _("Improper use of the distinctive emblems of the Geneva Conventions")),
    (
        "RS-8-2-b-viii",
        _(
            "Transfer of own population into, or deportation or transfer from or within, "
            "occupied territory"
        ),
    ),
    (
        "RS-8-2-b-ix",
        _(
            "Attacking protected buildings "
            "(religion, education, art, science, charity, monuments, hospitals)"
        ),
    ),
    ("RS-8-2-b-x", _("Mutilation or experiments")),
    ("RS-8-2-b-x-1", _("Mutilation")),
    ("RS-8-2-b-x-2", _("Medical or scientific experiments")),
    ("RS-8-2-b-xi", _("Killing or wounding treacherously")),
    ("RS-8-2-b-xii", _("Denying quarter")),
    ("RS-8-2-b-xiii", _("Destroying or seizing enemy property")),
    ("RS-8-2-b-xiv", _("Depriving nationals of the hostile party of rights or actions")),
    ("RS-8-2-b-xv", _("Compelling participation in operations against own country")),
    ("RS-8-2-b-xvi", _("Pillage")),
    ("RS-8-2-b-xvii", _("Poison or poisoned weapons")),
    ("RS-8-2-b-xviii", _("Prohibited gases, liquids, materials or devices")),
    ("RS-8-2-b-xix", _("Expanding bullets")),
    ("RS-8-2-b-xx", _("Weapons listed in an annex to the Statute")),
    ("RS-8-2-b-xxi", _("Outrages upon personal dignity")),
    ("RS-8-2-b-xxii", _("Sexual violence crimes")),
    ("RS-8-2-b-xxii-1", _("Rape")),
    ("RS-8-2-b-xxii-2", _("Sexual slavery")),
    ("RS-8-2-b-xxii-3", _("Enforced prostitution")),
    ("RS-8-2-b-xxii-4", _("Forced pregnancy")),
    ("RS-8-2-b-xxii-5", _("Enforced sterilization")),
    ("RS-8-2-b-xxii-6", _("Sexual violence")),
    ("RS-8-2-b-xxiii", _("Human shields")),
    ("RS-8-2-b-xxiv", _("Attacking medical units, transport or personnel using the emblems")),
    ("RS-8-2-b-xxv", _("Starvation of civilians as a method of warfare")),
    ("RS-8-2-b-xxvi", _("Conscripting, enlisting or using children under 15")),
    ("RS-8-2-b-xxvii", _("Biological weapons")),
    ("RS-8-2-b-xxviii", _("Weapons with fragments not detectable by X-rays")),
    ("RS-8-2-b-xxix", _("Blinding laser weapons")),
)

_COMMON_ARTICLE_3: Table = (
    ("RS-8-2-c-i", _("Violence to life and person")),
    ("RS-8-2-c-i-1", _("Murder")),
    ("RS-8-2-c-i-2", _("Mutilation")),
    ("RS-8-2-c-i-3", _("Cruel treatment")),
    ("RS-8-2-c-i-4", _("Torture")),
    ("RS-8-2-c-ii", _("Outrages upon personal dignity")),
    ("RS-8-2-c-iii", _("Taking of hostages")),
    ("RS-8-2-c-iv", _("Sentencing or execution without due process")),
)

_WAR_NIAC: Table = (
    ("RS-8-2-e-i", _("Attacking civilians")),
    ("RS-8-2-e-ii", _("Attacking medical units, transport or personnel using the emblems")),
    ("RS-8-2-e-iii", _("Attacking humanitarian or peacekeeping personnel or objects")),
    (
        "RS-8-2-e-iv",
        _(
            "Attacking protected buildings "
            "(religion, education, art, science, charity, monuments, hospitals)"
        ),
    ),
    ("RS-8-2-e-v", _("Pillage")),
    ("RS-8-2-e-vi", _("Sexual violence crimes")),
    ("RS-8-2-e-vi-1", _("Rape")),
    ("RS-8-2-e-vi-2", _("Sexual slavery")),
    ("RS-8-2-e-vi-3", _("Enforced prostitution")),
    ("RS-8-2-e-vi-4", _("Forced pregnancy")),
    ("RS-8-2-e-vi-5", _("Enforced sterilization")),
    ("RS-8-2-e-vi-6", _("Sexual violence")),
    ("RS-8-2-e-vii", _("Conscripting, enlisting or using children under 15")),
    ("RS-8-2-e-viii", _("Displacing civilians")),
    ("RS-8-2-e-ix", _("Killing or wounding treacherously")),
    ("RS-8-2-e-x", _("Denying quarter")),
    ("RS-8-2-e-xi", _("Mutilation or experiments")),
    ("RS-8-2-e-xi-1", _("Mutilation")),
    ("RS-8-2-e-xi-2", _("Medical or scientific experiments")),
    ("RS-8-2-e-xii", _("Destroying or seizing property of an adversary")),
    ("RS-8-2-e-xiii", _("Poison or poisoned weapons")),
    ("RS-8-2-e-xiv", _("Prohibited gases, liquids, materials or devices")),
    ("RS-8-2-e-xv", _("Expanding bullets")),
    ("RS-8-2-e-xvi", _("Biological weapons")),
    ("RS-8-2-e-xvii", _("Weapons with fragments not detectable by X-rays")),
    ("RS-8-2-e-xviii", _("Blinding laser weapons")),
    ("RS-8-2-e-xix", _("Starvation of civilians as a method of warfare")),
)

# A flag, handled apart from the core crimes; the acts are optional.
_AGGRESSION: Table = (
    ("RS-8bis", _("Crime of aggression")),
    ("RS-8bis-2-a", _("Invasion, attack, occupation or annexation")),
    ("RS-8bis-2-b", _("Bombardment or use of weapons against a territory")),
    ("RS-8bis-2-c", _("Blockade of ports or coasts")),
    ("RS-8bis-2-d", _("Attack on forces of another State")),
    ("RS-8bis-2-e", _("Misuse of forces stationed by agreement")),
    ("RS-8bis-2-f", _("Allowing territory to be used")),
    ("RS-8bis-2-g", _("Sending armed bands, groups or mercenaries")),
)

# V1i: charged beside the core crimes.
_TREATY: Table = (
    ("torture_cat", _("Torture (Convention against Torture)")),
    (
        "enforced_disappearance_icpped",
        _("Enforced disappearance (Convention on Enforced Disappearance)"),
    ),
    ("terrorism", _("Terrorism")),
    ("trafficking", _("Trafficking in human beings")),
    ("sanctions_violation", _("Violation of sanctions")),
    ("related_offence", _("Other related offence")),
)

# Years of adoption. An amendment binds only some States: its entry into force is kept per State.
_AMENDED: dict[int, tuple[str, ...]] = {
    2010: (
        *("RS-8-2-e-xiii", "RS-8-2-e-xiv", "RS-8-2-e-xv"),
        *(code for code, _label in _AGGRESSION),
    ),
    2017: (
        *("RS-8-2-b-xxvii", "RS-8-2-b-xxviii", "RS-8-2-b-xxix"),
        *("RS-8-2-e-xvi", "RS-8-2-e-xvii", "RS-8-2-e-xviii"),
    ),
    2019: ("RS-8-2-e-xix",),
}
_YEAR = {code: year for year, codes in _AMENDED.items() for code in codes}
_LATER_THAN_OUR_TEXT = frozenset(_AMENDED[2019])


def _article(code: str) -> str:
    """As lawyers write it: RS-8-2-b-xxii-1 is 8(2)(b)(xxii)-1."""
    if not code.startswith("RS-"):
        return ""
    article, *rest = code.removeprefix("RS-").split("-")
    split = f"-{rest.pop()}" if len(rest) > 2 and rest[-1].isdigit() else ""
    start = "8 bis " if article == "8bis" else article
    return (start + "".join(f"({part})" for part in rest) + split).strip()


def _offences(table: Table, family: Family, conflict: Conflict = "") -> tuple[Offence, ...]:
    """The rows with what their code already says."""
    found = []
    for code, label in table:
        article = _article(code)
        head = code.rpartition("-")[0] if ")-" in article else ""
        known_only = head or not article or code in _LATER_THAN_OUR_TEXT
        check: Literal["S", "K"] = "K" if known_only else "S"
        found.append(Offence(code, article, label, family, conflict, _YEAR.get(code), head, check))
    return tuple(found)


_GENOCIDAL = _offences(_GENOCIDE, Family.GENOCIDE)
INCITEMENT = _offences(_INCITEMENT, Family.GENOCIDE)[0]
_AFTER_GENOCIDE = (
    *_offences(_HUMANITY, Family.HUMANITY),
    *_offences(_GRAVE_BREACHES, Family.GRAVE_BREACHES, "IAC"),
    *_offences(_WAR_IAC, Family.WAR_IAC, "IAC"),
    *_offences(_COMMON_ARTICLE_3, Family.COMMON_ARTICLE_3, "NIAC"),
    *_offences(_WAR_NIAC, Family.WAR_NIAC, "NIAC"),
)
AGGRESSION = _offences(_AGGRESSION, Family.AGGRESSION)
TREATY_CRIMES = _offences(_TREATY, Family.TREATY)
_CORE = (*_GENOCIDAL, *_AFTER_GENOCIDE)
_SPLIT = {offence.head for offence in _CORE if offence.head}

ALL: tuple[Offence, ...] = (
    *_GENOCIDAL,
    INCITEMENT,
    *_AFTER_GENOCIDE,
    *AGGRESSION,
    *TREATY_CRIMES,
)
BY_CODE: dict[str, Offence] = {offence.code: offence for offence in ALL}
# Of the three core crimes only: 76 heads, and 102 leaves when nine of them are split.
HEADS: tuple[Offence, ...] = tuple(offence for offence in _CORE if not offence.head)
LEAVES: tuple[Offence, ...] = tuple(offence for offence in _CORE if offence.code not in _SPLIT)


def splits_of(code: str) -> tuple[Offence, ...]:
    """The leaves under a head, in order; none where the Elements of Crimes do not split it."""
    return tuple(offence for offence in ALL if offence.head == BY_CODE[code].code)


def label_with_article(code: str) -> str:
    """The label and where it stands, in the reader's language."""
    offence = BY_CODE[code]
    if not offence.article:
        return str(offence.label)
    # Translators: in right-to-left languages put U+2066 and U+2069 around the article.
    return gettext("%(label)s, article %(article)s") % {
        "label": offence.label,
        "article": offence.article,
    }


def grouped(offences: Iterable[Offence] = ALL) -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices for a form under the headings of the Statute, in its order, whatever the order given.

    Pass the function itself as `choices`, so that it speaks the reader's language.
    """
    wanted = {offence.code for offence in offences}
    rows = (offence for offence in ALL if offence.code in wanted)
    return [
        (str(family.label), [(row.code, label_with_article(row.code)) for row in under])
        for family, under in groupby(rows, key=lambda row: row.family)
    ]


def answers(
    offences: Iterable[Offence] = ALL,
) -> list[tuple[str, list[tuple[str, str]]] | tuple[str, str]]:
    """What a person may answer: these offences, and always "not sure"."""
    return [*grouped(offences), (UNKNOWN, gettext("Not sure"))]
