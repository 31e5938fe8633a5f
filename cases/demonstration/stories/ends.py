"""What recipients decided: retained, declined, ended."""

from cases.actions.decisions import Ruling
from cases.demonstration import drafting as documenter
from cases.demonstration import receiving as unit
from cases.demonstration import sending as approver
from cases.demonstration.drafting import photograph, report, statement
from cases.demonstration.scene import CSO_A, CSO_B, STATE_1, STATE_2
from cases.demonstration.sending import To
from cases.demonstration.story import story
from cases.states import Internal, Status
from cases.vocabularies import ConditionAnswer

RETAINED = story(
    "Example: Rif Dimashq, in use",
    CSO_A,
    (
        51,
        documenter.drafted(
            48123,
            116283,
            situation="Example: attacks around the capital",
            attached=(photograph("IMG_2101"), report("example-chronology")),
            languages="Arabic, French",
        ),
        documenter.ready(),
    ),
    (50, approver.handed_over(To(STATE_1))),
    (48, unit.acknowledged(STATE_1), unit.assigned(STATE_1)),
    (46, unit.opened(STATE_1, 1, 2), unit.published(STATE_1, Status.BEING_LOOKED_AT)),
    (
        44,
        unit.assessed(
            STATE_1,
            Internal.STRUCTURAL,
            reference="Example 7 BJs 8/26",
            note="Example note: both exhibits fit the chronology of the structural file.",
        ),
    ),
    (30, unit.taken(STATE_1, 1, 2, is_named=False)),
    (20, unit.decided(STATE_1, Ruling(outcome="retained", no_detail=True))),
    (5, unit.told(STATE_1, no_detail=True, usefulness="cannot_say")),
)
DECLINED = story(
    "Example: Baghdad province, declined",
    CSO_B,
    (
        27,
        documenter.drafted(
            61727,
            196945,
            situation="Example: explosions in public places",
            attached=(report("example-list-of-places"),),
        ),
        documenter.ready(),
    ),
    (26, approver.handed_over(To(STATE_2))),
    (24, unit.acknowledged(STATE_2)),
    (
        15,
        unit.decided(
            STATE_2,
            Ruling(
                outcome="declined",
                reasons=["D08", "D09"],
                words="Example: we cannot tell from this who took part. A list of the units "
                "present would let us look again.",
                reopen_on_new_facts=True,
                review_route=True,
            ),
        ),
    ),
)
ACCESS_ENDED = story(
    "Example: Ninewa province, access ended",
    CSO_A,
    (
        59,
        documenter.drafted(
            250728,
            62770,
            situation="Example: killings under occupation of a city",
            attached=(photograph("IMG_2301"),),
            languages="Arabic, Kurdish",
        ),
        documenter.ready(),
    ),
    (58, approver.handed_over(To(STATE_2))),
    (56, unit.acknowledged(STATE_2)),
    (
        45,
        unit.decided(
            STATE_2,
            Ruling(
                outcome="declined",
                reasons=["D18"],
                words="Example: another State has proceedings on this city.",
                forum="national_unit",
            ),
        ),
    ),
)
ENDED = story(
    "Example: Koulikoro and Gao regions, ended",
    CSO_A,
    (
        56,
        documenter.drafted(
            203499,
            352268,
            situation="Example: fighting between organised groups",
            attached=(statement("example-statement-241", "W-241"),),
            languages="French",
        ),
        documenter.ready(),
    ),
    (55, approver.handed_over(To(STATE_1))),
    (
        53,
        unit.acknowledged(STATE_1),
        unit.condition_answered(STATE_1, 1, ConditionAnswer.ACCEPT),
        unit.assigned(STATE_1),
    ),
    (50, unit.opened(STATE_1), unit.published(STATE_1, Status.BEING_LOOKED_AT)),
    (40, unit.assessed(STATE_1, Internal.ON_HOLD, note="Example note: nobody is in our State.")),
    (
        12,
        unit.decided(
            STATE_1,
            Ruling(outcome="ended", words="Example: looked at; nobody we could proceed against."),
        ),
    ),
)
STORIES = (RETAINED, DECLINED, ACCESS_ENDED, ENDED)
