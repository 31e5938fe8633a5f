"""What happened, in plain words, before any law; then the crimes it may be (requirement 14, V1k).

The list is our own. Nothing here concludes: `suggest` proposes, a person chooses, and "not sure"
is always an answer. Of harm to the body and to family life it asks what was done and in which
setting, for every gender and age, on a second page that everyone gets and anyone may leave.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from impna.errors import Sentence
from submissions.offences import ALL as OFFENCES
from submissions.offences import BY_CODE as OFFENCE
from submissions.offences import UNKNOWN, ConflictType, Family, Offence


class Answer(models.TextChoices):
    """To a question about the context."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = UNKNOWN, _("Not sure")


# Facts again, not law. The groups of the third are narrower than the grounds of persecution.
QUESTIONS: dict[str, Sentence] = {
    "conflict": _("Was there an armed conflict, and who was fighting whom?"),
    "attack": _("Was it part of many such acts against civilians, or of a plan or pattern?"),
    "group": _(
        "Was it directed at a national, ethnic, racial or religious group, "
        "because people belong to it?"
    ),
}


PERSECUTION = "RS-7-1-h"


class Setting(models.TextChoices):
    """Where people were when it happened. It goes with the conduct and suggests nothing."""

    HOME = "home", _("At home")
    PUBLIC_PLACE = "public_place", _("In a public place or on the road")
    CHECKPOINT = "checkpoint", _("At a checkpoint or border")
    DETENTION = "detention", _("In detention")
    FLIGHT = "flight", _("While fleeing or being moved")
    CAMP = "camp", _("In a camp or shelter")
    SCHOOL = "school", _("In a school or children's home")
    HEALTH_CARE = "health_care", _("In a hospital or other place of care")
    ARMED_GROUP = "armed_group", _("Within armed forces or an armed group")
    WORK = "work", _("At work")
    ONLINE = "online", _("Online or by telephone")
    OTHER = "other", _("Elsewhere")
    UNKNOWN = UNKNOWN, _("Not sure")


class Theme(models.TextChoices):
    """The headings of the list."""

    LIFE = "life", _("Life and health")
    LIBERTY = "liberty", _("Freedom and justice")
    MOVEMENT = "movement", _("Homes and movement")
    CHILDREN = "children", _("Children")
    ATTACKS = "attacks", _("Attacks during fighting")
    SUPPLIES = "supplies", _("Food, aid and property")
    WEAPONS = "weapons", _("Weapons and signs")
    POWER = "power", _("Words, rules and systems")
    DIGNITY = "dignity", _("Body, family life and gender")


SECOND_PAGE = frozenset({Theme.DIGNITY})


@dataclass(frozen=True, slots=True)
class Conduct:
    """One thing that was done; `offences` are what it may be, before the context is known."""

    code: str
    theme: Theme
    label: Sentence
    offences: tuple[str, ...]


def _conduct(theme: Theme, code: str, label: Sentence, offences: str) -> Conduct:
    """One row; the codes are written as a line of words."""
    return Conduct(code, theme, label, tuple(offences.split()))


ALL: tuple[Conduct, ...] = (
    _conduct(
        Theme.LIFE,
        "killing",
        _("Killing"),
        "RS-6-a RS-7-1-a RS-8-2-a-i RS-8-2-c-i-1",
    ),
    _conduct(
        Theme.LIFE,
        "mass_killing",
        _("Killing of many people"),
        "RS-6-a RS-6-c RS-7-1-a RS-7-1-b RS-8-2-a-i RS-8-2-c-i-1",
    ),
    _conduct(
        Theme.LIFE,
        "execution",
        _("Execution, with no trial or an unfair one"),
        "RS-6-a RS-7-1-a RS-8-2-a-i RS-8-2-a-vi RS-8-2-c-i-1 RS-8-2-c-iv",
    ),
    _conduct(
        Theme.LIFE,
        "torture",
        _("Torture or cruel treatment"),
        "RS-6-b RS-7-1-f RS-7-1-k RS-8-2-a-ii-1 RS-8-2-a-ii-2 RS-8-2-a-iii RS-8-2-b-xxi "
        "RS-8-2-c-i-3 RS-8-2-c-i-4 RS-8-2-c-ii torture_cat",
    ),
    _conduct(
        Theme.LIFE,
        "serious_harm",
        _("Serious harm to body or mind"),
        "RS-6-b RS-7-1-k RS-8-2-a-ii-2 RS-8-2-a-iii RS-8-2-c-i-3",
    ),
    _conduct(
        Theme.LIFE,
        "lasting_injury",
        _("Lasting injury, done on purpose to someone who was held"),
        "RS-6-b RS-7-1-f RS-7-1-k RS-8-2-a-iii RS-8-2-b-x-1 RS-8-2-c-i-2 RS-8-2-e-xi-1",
    ),
    _conduct(
        Theme.LIFE,
        "medical_abuse",
        _("Medical or scientific procedures without need or consent"),
        "RS-6-b RS-7-1-k RS-8-2-a-ii-3 RS-8-2-b-x-2 RS-8-2-e-xi-2",
    ),
    _conduct(
        Theme.LIFE,
        "degradation",
        _("Humiliating or degrading treatment, of the living or the dead"),
        "RS-7-1-k RS-8-2-a-ii-2 RS-8-2-b-xxi RS-8-2-c-i-3 RS-8-2-c-ii",
    ),
    _conduct(
        Theme.LIFE,
        "no_surrender_accepted",
        _("Harm, or a threat of death, to people who surrendered or could no longer fight"),
        "RS-7-1-a RS-8-2-a-i RS-8-2-a-iii RS-8-2-b-vi RS-8-2-b-xii RS-8-2-c-i-1 RS-8-2-c-i-3 "
        "RS-8-2-e-x",
    ),
    _conduct(
        Theme.LIBERTY,
        "unlawful_detention",
        _("Detention without a lawful reason"),
        "RS-7-1-e RS-8-2-a-vii-2",
    ),
    _conduct(
        Theme.LIBERTY,
        "disappearance",
        _("Disappearance after arrest or abduction"),
        "RS-7-1-e RS-7-1-i RS-8-2-a-vii-2 enforced_disappearance_icpped",
    ),
    _conduct(
        Theme.LIBERTY,
        "hostage_taking",
        _("Taking of hostages"),
        "RS-7-1-e RS-8-2-a-viii RS-8-2-c-iii",
    ),
    _conduct(
        Theme.LIBERTY,
        "unfair_trial",
        _("Trial or sentence without a fair hearing"),
        "RS-7-1-e RS-8-2-a-vi RS-8-2-c-iv",
    ),
    _conduct(
        Theme.LIBERTY,
        "slavery",
        _("Forced labour, or people owned, bought, sold or traded"),
        "RS-7-1-c RS-8-2-a-ii-2 RS-8-2-b-xxi RS-8-2-c-i-3 RS-8-2-c-ii trafficking",
    ),
    _conduct(
        Theme.LIBERTY,
        "forced_service",
        _("People forced to fight or serve against their own country or side"),
        "RS-7-1-c RS-7-1-k RS-8-2-a-v RS-8-2-b-xv RS-8-2-c-i-3",
    ),
    _conduct(
        Theme.LIBERTY,
        "human_shields",
        _("Use of people as shields"),
        "RS-7-1-k RS-8-2-a-ii-2 RS-8-2-b-xxiii RS-8-2-c-i-3 RS-8-2-c-ii",
    ),
    _conduct(
        Theme.MOVEMENT,
        "forced_displacement",
        _("People forced to leave their homes or country, or kept from returning"),
        "RS-6-c RS-7-1-d RS-7-1-k RS-8-2-a-vii-1 RS-8-2-b-viii RS-8-2-e-viii",
    ),
    _conduct(
        Theme.MOVEMENT,
        "settlement",
        _("An occupying power moves its own people into the land it occupies"),
        "RS-8-2-b-viii",
    ),
    _conduct(
        Theme.CHILDREN,
        "taking_children",
        _("Children taken from their family or community"),
        "RS-6-e RS-7-1-d RS-7-1-e RS-7-1-k RS-8-2-a-vii-1 RS-8-2-a-vii-2 RS-8-2-b-viii trafficking",
    ),
    _conduct(
        Theme.CHILDREN,
        "child_recruitment",
        _("Children under 15 taken into armed forces or groups, or used in fighting"),
        "RS-7-1-c RS-8-2-b-xxvi RS-8-2-e-vii trafficking",
    ),
    _conduct(
        Theme.ATTACKS,
        "attack_on_civilians",
        _("Attack on civilians"),
        "RS-7-1-a RS-7-1-k RS-8-2-a-i RS-8-2-b-i RS-8-2-b-iv RS-8-2-c-i-1 RS-8-2-e-i",
    ),
    _conduct(
        Theme.ATTACKS,
        "attack_on_places",
        _("Attack on homes, markets, power or water supply, or a place nobody defended"),
        "RS-8-2-b-i RS-8-2-b-ii RS-8-2-b-iv RS-8-2-b-v RS-8-2-e-i RS-8-2-e-xii",
    ),
    _conduct(
        Theme.ATTACKS,
        "attack_on_hospital",
        _("Attack on a hospital, ambulance or medical staff"),
        "RS-8-2-b-i RS-8-2-b-ii RS-8-2-b-ix RS-8-2-b-xxiv RS-8-2-e-i RS-8-2-e-ii RS-8-2-e-iv",
    ),
    _conduct(
        Theme.ATTACKS,
        "attack_on_culture",
        _("Attack on a school, a place of worship, a museum or a monument"),
        "RS-8-2-b-ii RS-8-2-b-ix RS-8-2-e-iv RS-8-2-e-xii",
    ),
    _conduct(
        Theme.ATTACKS,
        "attack_on_aid",
        _("Attack on aid workers or peacekeepers"),
        "RS-8-2-b-i RS-8-2-b-iii RS-8-2-e-i RS-8-2-e-iii",
    ),
    _conduct(
        Theme.ATTACKS,
        "excessive_harm",
        _("Attack whose harm to civilians or nature far outweighed any military purpose"),
        "RS-8-2-b-i RS-8-2-b-iv RS-8-2-e-i",
    ),
    _conduct(
        Theme.ATTACKS,
        "terror",
        _("Violence or threats meant to spread fear among civilians"),
        "RS-7-1-k RS-8-2-b-i RS-8-2-c-ii RS-8-2-e-i terrorism",
    ),
    _conduct(
        Theme.SUPPLIES,
        "starvation",
        _("Starvation, or food, water, medicine or aid kept from people"),
        "RS-6-c RS-7-1-b RS-7-1-k RS-8-2-b-xxv RS-8-2-e-xix",
    ),
    _conduct(
        Theme.SUPPLIES,
        "living_conditions",
        _("Living conditions that people cannot survive"),
        "RS-6-c RS-7-1-b RS-7-1-k RS-8-2-a-ii-2 RS-8-2-a-iii RS-8-2-c-i-3",
    ),
    _conduct(
        Theme.SUPPLIES,
        "destruction",
        _("Property destroyed or taken without military need"),
        "RS-8-2-a-iv RS-8-2-b-xiii RS-8-2-e-xii",
    ),
    _conduct(
        Theme.SUPPLIES,
        "looting",
        _("Looting"),
        "RS-8-2-a-iv RS-8-2-b-xiii RS-8-2-b-xvi RS-8-2-e-v RS-8-2-e-xii",
    ),
    _conduct(
        Theme.WEAPONS,
        "poison_or_germs",
        _("Poison, gas, germs or toxins used as a weapon"),
        "RS-8-2-b-xvii RS-8-2-b-xviii RS-8-2-b-xxvii RS-8-2-e-xiii RS-8-2-e-xiv RS-8-2-e-xvi",
    ),
    _conduct(
        Theme.WEAPONS,
        "forbidden_weapons",
        _("Bullets, fragments, lasers or other weapons of a forbidden kind"),
        "RS-8-2-b-xix RS-8-2-b-xx RS-8-2-b-xxviii RS-8-2-b-xxix RS-8-2-e-xv RS-8-2-e-xvii "
        "RS-8-2-e-xviii",
    ),
    _conduct(
        Theme.WEAPONS,
        "false_signs",
        _("A white flag, uniform, emblem or promise of protection used to deceive"),
        "RS-8-2-b-vii-1 RS-8-2-b-vii-2 RS-8-2-b-vii-3 RS-8-2-b-vii-4 RS-8-2-b-xi RS-8-2-e-ix",
    ),
    _conduct(
        Theme.POWER,
        "singled_out",
        _("People singled out for who they are or what they think"),
        "RS-7-1-h",
    ),
    _conduct(
        Theme.POWER,
        "domination",
        _("A system by which one group rules over and oppresses another"),
        "RS-7-1-h RS-7-1-j",
    ),
    _conduct(
        Theme.POWER,
        "rights_removed",
        _("Rights or access to the courts taken from people of the other side"),
        "RS-7-1-h RS-8-2-b-xiv",
    ),
    _conduct(
        Theme.POWER,
        "incitement",
        _("Public calls to destroy a group of people"),
        "RS-7-1-h RS-25-3-e",
    ),
    _conduct(
        Theme.POWER,
        "attack_on_state",
        _("Attack, invasion or blockade of one State by another, or help with it"),
        "RS-8bis RS-8bis-2-a RS-8bis-2-b RS-8bis-2-c RS-8bis-2-d RS-8bis-2-e RS-8bis-2-f "
        "RS-8bis-2-g",
    ),
    _conduct(
        Theme.POWER,
        "banned_supply",
        _("Weapons, goods or money supplied in spite of a ban"),
        "sanctions_violation",
    ),
    _conduct(
        Theme.POWER,
        "something_else",
        _("Something else"),
        "RS-7-1-k related_offence",
    ),
    _conduct(
        Theme.DIGNITY,
        "coerced_sexual_acts",
        _("Sexual acts under force, threat or pressure"),
        "RS-6-b RS-7-1-f RS-7-1-g-1 RS-7-1-g-6 RS-8-2-a-ii-1 RS-8-2-a-ii-2 RS-8-2-b-xxi "
        "RS-8-2-b-xxii-1 RS-8-2-b-xxii-6 RS-8-2-c-i-3 RS-8-2-c-i-4 RS-8-2-c-ii RS-8-2-e-vi-1 "
        "RS-8-2-e-vi-6 torture_cat",
    ),
    _conduct(
        Theme.DIGNITY,
        "sexual_exploitation",
        _("People held, controlled or traded by others for sexual purposes"),
        "RS-6-b RS-7-1-c RS-7-1-g-2 RS-7-1-g-3 RS-8-2-b-xxi RS-8-2-b-xxii-2 RS-8-2-b-xxii-3 "
        "RS-8-2-c-ii RS-8-2-e-vi-2 RS-8-2-e-vi-3 trafficking",
    ),
    _conduct(
        Theme.DIGNITY,
        "forced_marriage",
        _("People forced into a marriage or a household"),
        "RS-7-1-c RS-7-1-g-2 RS-7-1-g-6 RS-7-1-k RS-8-2-b-xxi RS-8-2-b-xxii-2 RS-8-2-b-xxii-6 "
        "RS-8-2-c-ii RS-8-2-e-vi-2 RS-8-2-e-vi-6 trafficking",
    ),
    _conduct(
        Theme.DIGNITY,
        "reproductive_harm",
        _("Having or not having children decided by force"),
        "RS-6-b RS-6-d RS-7-1-g-4 RS-7-1-g-5 RS-7-1-g-6 RS-7-1-k RS-8-2-b-xxii-4 "
        "RS-8-2-b-xxii-5 RS-8-2-b-xxii-6 RS-8-2-e-vi-4 RS-8-2-e-vi-5 RS-8-2-e-vi-6",
    ),
    _conduct(
        Theme.DIGNITY,
        "sexual_humiliation",
        _("Forced nakedness, or other humiliation of a sexual kind"),
        "RS-6-b RS-7-1-g-6 RS-7-1-k RS-8-2-a-ii-2 RS-8-2-b-xxi RS-8-2-b-xxii-6 RS-8-2-c-i-3 "
        "RS-8-2-c-ii RS-8-2-e-vi-6",
    ),
    _conduct(
        Theme.DIGNITY,
        "gender_rules",
        _("People punished or shut out because of gender or sexual orientation"),
        "RS-7-1-h RS-7-1-k",
    ),
)
BY_CODE: dict[str, Conduct] = {conduct.code: conduct for conduct in ALL}

APARTHEID = "RS-7-1-j"
PERSECUTION = "RS-7-1-h"


def _fits(offence: Offence, *, conflict: ConflictType, attack: Answer, group: Answer) -> bool:
    """Whether what is known of the context leaves this offence possible."""
    if offence.conflict:
        return conflict in {offence.conflict, ConflictType.UNKNOWN}
    if offence.family == Family.GENOCIDE or offence.code == APARTHEID:
        possible = group != Answer.NO
    else:
        possible = True
    return possible and (offence.family != Family.HUMANITY or attack != Answer.NO)


def _named_by(conduct: Conduct, group: Answer) -> set[str]:
    """The codes of one conduct, with the heads of splits: one of these, not sure which."""
    named = set(conduct.offences)
    named |= {head for code in named if (head := OFFENCE[code].head)}
    if group != Answer.NO and any(OFFENCE[code].family == Family.HUMANITY for code in named):
        named.add(PERSECUTION)
    return named


def suggest(
    conducts: Iterable[str], *, conflict: ConflictType, attack: Answer, group: Answer
) -> list[Offence]:
    """What these facts may be in law, in the Statute's order; a proposal, never a selection.

    An answer of "not sure" leaves everything possible that any answer would. A "no" on the group
    does not exclude persecution, whose grounds are wider. Dates and places are not looked at:
    whether an amendment binds there and then is for whoever shows the list.
    """
    # A form's plain strings are taken too; anything that is no answer is an error.
    conflict, attack, group = ConflictType(conflict), Answer(attack), Answer(group)
    named: set[str] = set()
    for code in conducts:
        if code != UNKNOWN:
            named |= _named_by(BY_CODE[code], group)
    return [
        offence
        for offence in OFFENCES
        if offence.code in named and _fits(offence, conflict=conflict, attack=attack, group=group)
    ]


def answers(
    *, second_page: bool = False
) -> list[tuple[str, list[tuple[str, str]]] | tuple[str, str]]:
    """What a person may answer on a page: these kinds of conduct, and always "not sure"."""
    rows = [conduct for conduct in ALL if (conduct.theme in SECOND_PAGE) == second_page]
    groups = [
        (str(theme.label), [(row.code, str(row.label)) for row in under])
        for theme, under in groupby(rows, key=lambda row: row.theme)
    ]
    return [*groups, (UNKNOWN, gettext("Not sure"))]


def may_be_persecution(conducts: Iterable[str]) -> bool:
    """Something was done that may be persecution: then the ground is asked (V1c)."""
    return any(PERSECUTION in BY_CODE[code].offences for code in conducts if code in BY_CODE)
