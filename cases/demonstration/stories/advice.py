"""Whom the Secretariat was asked about, and the organisation of one person."""

from cases.demonstration import drafting as documenter
from cases.demonstration import receiving as unit
from cases.demonstration import sending as approver
from cases.demonstration.drafting import photograph, recording, report
from cases.demonstration.scene import CSO_B, CSO_C, MECHANISM, STATE_2, STATE_3
from cases.demonstration.sending import To
from cases.demonstration.story import story
from cases.states import Internal
from cases.vocabularies import ConditionAnswer, Forum, Mode, Route

ADVISED = story(
    "Example: places of detention, sent as advised",
    CSO_B,
    (
        29,
        documenter.drafted(
            447895,
            430575,
            situation="Example: detention by an armed group",
            attached=(report("example-floor-plan"), photograph("IMG_5102")),
            languages="French",
        ),
        documenter.ready(),
    ),
    (28, approver.handed_over()),
    (27, approver.asked_advice("Example: which units work on detention by armed groups?")),
    (
        22,
        approver.advised(
            "Example: this unit has begun work on the region; what it may be given is limited.",
            STATE_3,
            STATE_2,
        ),
    ),
    (
        20,
        approver.referred(
            To(
                STATE_3,
                Mode.SUMMARY,
                numbers=(1,),
                conditions=("Example: nothing of this leaves your unit.",),
            ),
            route=Route.ADVISED,
        ),
        approver.referred(To(STATE_2, Mode.ALERT), route=Route.ADVISED),
    ),
    (
        17,
        unit.acknowledged(STATE_3),
        unit.condition_answered(
            STATE_3, 1, ConditionAnswer.CANNOT, "Example: our ministry reads all files."
        ),
        unit.assessed(STATE_3, Internal.FORWARDED, by=unit.HEAD, note="Example note: sent on."),
    ),
    (16, unit.acknowledged(STATE_2)),
)
LAPSED = story(
    "Example: al-Jawf governorate, asked twice",
    CSO_B,
    (
        20,
        documenter.drafted(
            142773,
            situation="Example: fighting over a district",
            attached=(report("example-timeline"),),
            languages="Arabic",
        ),
        documenter.ready(),
    ),
    (19, approver.handed_over()),
    (18, approver.asked_advice("Example: who has jurisdiction over events in this district?")),
    (3, approver.asked_advice("Example: we had no answer. Who could take this?")),
)
ELSEWHERE = story(
    "Example: a border region, better elsewhere",
    CSO_C,
    (
        34,
        documenter.drafted(
            236388,
            situation="Example: abductions in a border region",
            attached=(recording("example-testimony-one", "W-531"),),
            languages="Sango",
        ),
    ),
    (33, approver.handed_over()),
    (32, approver.asked_advice("Example: nobody I know of takes abductions. Who does?")),
    (
        27,
        approver.advised(
            "Example: a commission of inquiry collects these until the end of the year.",
            forum=Forum.UN_FFM_COI,
        ),
    ),
)
SINGLE_HANDED = story(
    "Example: a border region, testimony",
    CSO_C,
    (
        11,
        documenter.drafted(
            255861,
            situation="Example: violence along a border",
            attached=(recording("example-testimony-two", "W-541"),),
            languages="Sango, French",
        ),
    ),
    (10, approver.handed_over(To(MECHANISM))),
    (7, unit.acknowledged(MECHANISM)),
)
STORIES = (ADVISED, LAPSED, ELSEWHERE, SINGLE_HANDED)
