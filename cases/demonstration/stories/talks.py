"""What goes to and fro: requests, messages, feedback, supplements and their conditions."""

from cases.demonstration import drafting as documenter
from cases.demonstration import receiving as unit
from cases.demonstration import sending as approver
from cases.demonstration.drafting import photograph, recording, report, statement
from cases.demonstration.scene import CSO_A, STATE_1, STATE_2
from cases.demonstration.sending import To
from cases.demonstration.story import story
from cases.states import Internal, Status
from cases.vocabularies import ConditionAnswer, RequestKind

REQUESTS = story(
    "Example: Tigray state, questions and answers",
    CSO_A,
    (
        43,
        documenter.drafted(
            422198,
            383433,
            422362,
            situation="Example: killings of civilians in three towns",
            attached=(
                statement("example-statement-311", "W-311"),
                photograph("IMG_3102"),
                report("example-list-of-graves"),
            ),
            languages="Tigrinya, English",
        ),
        documenter.ready(),
    ),
    (42, approver.handed_over(To(STATE_1, numbers=(1, 2)))),
    (41, unit.acknowledged(STATE_1)),
    (
        40,
        unit.condition_answered(STATE_1, 1, ConditionAnswer.ACCEPT),
        unit.assigned(STATE_1, "officer", "analyst", "examiner"),
        unit.opened(STATE_1, 1, 2),
    ),
    (
        39,
        unit.published(STATE_1, Status.BEING_LOOKED_AT),
        unit.assessed(STATE_1, Internal.NEW_INVESTIGATION, reference="Example 3 UJs 5/26"),
        unit.asked(STATE_1, RequestKind.CLARIFY, "Example: in which language was W-311 heard?"),
    ),
    (36, approver.answered(STATE_1, 1, "Example: in Tigrinya, with an interpreter of ours.")),
    (
        35,
        unit.asked(STATE_1, RequestKind.PROVIDE_HELD, "Example: do you hold the list of graves?"),
        unit.replied(STATE_1, "Example: a digest of the list alone would help us already."),
    ),
    (
        31,
        approver.wrote(STATE_1, "Example: you get the list itself."),
        approver.answered(STATE_1, 2, "Example: here it is, as exhibit 3.", 3),
    ),
    (30, unit.asked(STATE_1, RequestKind.WILLING, "Example: may W-311 be contacted?")),
    (
        29,
        unit.asked(STATE_1, RequestKind.CLARIFY, "Example: who drew the second map?", within=10),
        unit.taken(STATE_1, 1, is_named=True),
    ),
    (27, approver.not_answered(STATE_1, 3, "Example: W-311 does not want to be contacted now.")),
    (10, unit.told(STATE_1, "Example: it opened a lead.", milestone="charge", usefulness="lead")),
    (
        4,
        unit.asked(
            STATE_1,
            RequestKind.CLARIFY,
            "Example: is this the place on exhibit 2, and is its date local time?",
            "example-place.jpg",
        ),
    ),
)
SUPPLEMENT = story(
    "Example: Ouaka province, with a supplement",
    CSO_A,
    (
        39,
        documenter.drafted(
            255861,
            236388,
            situation="Example: attacks on villages along a road",
            attached=(photograph("IMG_3201"),),
            languages="Sango, French",
        ),
        documenter.ready(),
    ),
    (
        38,
        approver.handed_over(
            To(STATE_1, conditions=("Example: the place in exhibit 1 stays inside your unit.",)),
            To(STATE_2),
        ),
    ),
    (
        36,
        unit.acknowledged(STATE_1),
        unit.acknowledged(STATE_2),
        unit.condition_answered(STATE_1, 1, ConditionAnswer.ACCEPT),
    ),
    (35, unit.assigned(STATE_1), unit.assigned(STATE_2)),
    (
        30,
        unit.published(STATE_2, Status.BEING_LOOKED_AT),
        unit.assessed(STATE_2, Internal.JIT, note="Example note: raise at the next joint meeting."),
    ),
    (
        16,
        documenter.supplemented(),
        documenter.told(240412),
        documenter.brought(statement("example-statement-321", "W-321")),
    ),
    (
        14,
        approver.handed_over(
            To(STATE_1, conditions=("Example: W-321 is named to nobody outside your unit.",))
        ),
    ),
    (12, unit.condition_answered(STATE_2, 1, ConditionAnswer.ACCEPT)),
)
SUPPLEMENT_DRAFT = story(
    "Example: Ouham-Pende, a supplement being written",
    CSO_A,
    (
        29,
        documenter.drafted(
            157187,
            437228,
            situation="Example: attacks after a change of control",
            attached=(photograph("IMG_3301"),),
            languages="Sango, French",
        ),
        documenter.ready(),
    ),
    (
        28,
        approver.handed_over(
            To(STATE_1, conditions=("Example: answer us within ten days.",)),
        ),
    ),
    (
        26,
        unit.acknowledged(STATE_1),
        unit.condition_answered(
            STATE_1, 1, ConditionAnswer.CANNOT, "Example: we cannot promise a date."
        ),
    ),
    (24, approver.waived(STATE_1, 1)),
    (22, unit.published(STATE_1, Status.COLLECTED)),
    (
        4,
        documenter.supplemented(),
        documenter.brought(recording("example-second-call", "W-331")),
    ),
)
STORIES = (REQUESTS, SUPPLEMENT, SUPPLEMENT_DRAFT)
