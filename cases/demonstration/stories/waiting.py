"""Handed over, and on its first way: sent, silent, received, collected, being looked at."""

from cases.actions.decisions import Ruling
from cases.demonstration import drafting as documenter
from cases.demonstration import facts, people
from cases.demonstration import receiving as unit
from cases.demonstration import sending as approver
from cases.demonstration.drafting import held, photograph, recording, report, statement
from cases.demonstration.scene import CSO_A, MECHANISM, STATE_1, STATE_2
from cases.demonstration.sending import To
from cases.demonstration.story import story
from cases.states import Internal, Status
from cases.vocabularies import ConditionAnswer, Mode

SENT = story(
    "Example: Sumy and Donetsk oblasts, just sent",
    CSO_A,
    (
        4,
        documenter.drafted(
            462113,
            441618,
            situation="Example: attacks on towns in the north-east and east",
            attached=(photograph("IMG_1101"), report("example-damage-map")),
            languages="Ukrainian",
        ),
    ),
    (3, approver.handed_over(To(STATE_1), To(MECHANISM, Mode.SUMMARY, numbers=(2,)))),
)
SILENT = story(
    "Example: Daraa governorate, no answer yet",
    CSO_A,
    (
        25,
        documenter.drafted(
            322345,
            287231,
            situation="Example: attacks on homes in the south",
            attached=(photograph("IMG_1201"),),
            languages="Arabic",
        ),
        documenter.ready(),
    ),
    (24, approver.handed_over(To(STATE_2))),
    (12, approver.referred(To(MECHANISM))),
)
RECEIVED = story(
    "Example: Sanaa and Dali, a condition to answer",
    CSO_A,
    (
        11,
        documenter.drafted(
            458927,
            349124,
            situation="Example: fighting in two governorates",
            attached=(statement("example-statement-131", "W-131", "W-132"),),
            languages="Arabic, English",
        ),
        people.named(
            people.victim("W-131", 1), people.witness("W-132", 1, 2), people.alleged("P-131", 2)
        ),
        people.at_risk("person", "interpreter", codes=["W-131", "W-132"], within=60),
    ),
    (
        10,
        approver.handed_over(
            To(STATE_1, conditions=("Example: do not contact W-131 without asking us first.",))
        ),
    ),
    (8, unit.acknowledged(STATE_1)),
)
COLLECTED = story(
    "Example: Homs governorate, collected",
    CSO_A,
    (
        21,
        documenter.drafted(
            312382,
            situation="Example: attack on a besieged town",
            attached=(
                photograph("IMG_1401"),
                held("Example: metal fragment, bag 1"),
                photograph("IMG_1402", markers=["graphic", "two_people"]),
            ),
            languages="Arabic",
        ),
        people.named(people.child("V-141", 1)),
        facts.counted(1, 30, None),
        facts.sourced(1, exhibit=1, on=["harm"]),
        facts.sourced(1, basis="inference", on=["who"], bearing="weakens"),
        documenter.ready(),
    ),
    (
        20,
        approver.handed_over(
            To(STATE_1, conditions=("Example: tell us before you show exhibit 1 in public.",))
        ),
    ),
    (18, unit.acknowledged(STATE_1)),
    (
        17,
        unit.condition_answered(STATE_1, 1, ConditionAnswer.ACCEPT),
        unit.assigned(STATE_1, "officer", "analyst"),
    ),
    (16, unit.opened(STATE_1, 1)),
    (
        15,
        unit.published(STATE_1, Status.COLLECTED),
        unit.assessed(
            STATE_1,
            Internal.UNDER_ASSESSMENT,
            note="Example note: compare with what the analyst has on this town.",
            again_in=40,
        ),
    ),
    (1, unit.asked_colleague(STATE_1, 3)),
)
SEVERAL = story(
    "Example: Idlib and Hamah, three recipients",
    CSO_A,
    (
        41,
        documenter.drafted(
            47642,
            283525,
            254646,
            situation="Example: attacks on civilians in the north-west",
            attached=(
                photograph("IMG_1501"),
                photograph("IMG_1502"),
                recording("example-radio", "S-01"),
            ),
            languages="Arabic, English",
        ),
        documenter.ready(),
    ),
    (
        40,
        approver.handed_over(
            To(STATE_1, conditions=("Example: return exhibit 3 when you have heard it.",)),
            To(STATE_2, numbers=(1, 2)),
            To(MECHANISM),
        ),
    ),
    (39, unit.acknowledged(MECHANISM), unit.acknowledged(STATE_2)),
    (
        38,
        unit.acknowledged(STATE_1),
        unit.condition_answered(STATE_1, 1, ConditionAnswer.AS_LAW_ALLOWS),
        unit.assigned(STATE_1),
    ),
    (37, unit.opened(STATE_1, 1, 3), unit.published(STATE_1, Status.COLLECTED)),
    (
        33,
        unit.published(STATE_1, Status.BEING_LOOKED_AT),
        unit.assessed(STATE_1, Internal.LINKED, reference="Example 12 Js 34/26"),
    ),
    (22, unit.decided(STATE_2, Ruling(outcome="declined", reasons=["D02", "D03"]))),
)
STORIES = (SENT, SILENT, RECEIVED, COLLECTED, SEVERAL)
