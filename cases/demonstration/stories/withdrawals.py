"""What was taken back: recalled from one recipient, withdrawn from all, or erased."""

from cases.demonstration import drafting as documenter
from cases.demonstration import keeping as lead
from cases.demonstration import receiving as unit
from cases.demonstration import sending as approver
from cases.demonstration.drafting import photograph, statement
from cases.demonstration.scene import CSO_A, CSO_B, MECHANISM, STATE_1, STATE_2
from cases.demonstration.sending import To
from cases.demonstration.story import story
from cases.states import Status
from cases.vocabularies import ConditionAnswer, Disposal

RECALLED = story(
    "Example: Luhansk oblast, recalled from one",
    CSO_A,
    (
        31,
        documenter.drafted(
            441165,
            situation="Example: attack on a place of shelter",
            attached=(photograph("IMG_4101"),),
            languages="Ukrainian",
        ),
        documenter.ready(),
    ),
    (30, approver.handed_over(To(STATE_1), To(STATE_2))),
    (28, unit.acknowledged(STATE_1), unit.acknowledged(STATE_2)),
    (6, approver.recalled(STATE_1, "Example: the person who gave it asks for it back.")),
)
RECALL_ANSWERED = story(
    "Example: Ar Raqqah governorate, recalled and answered",
    CSO_A,
    (
        46,
        documenter.drafted(
            216469,
            situation="Example: fighting between groups in a city",
            attached=(photograph("IMG_4201"),),
            languages="Arabic",
        ),
        documenter.ready(),
    ),
    (45, approver.handed_over(To(STATE_2))),
    (43, unit.acknowledged(STATE_2), unit.assigned(STATE_2)),
    (42, unit.opened(STATE_2, 1)),
    (20, approver.recalled(STATE_2, "Example: sent by mistake; it belongs to another file.")),
    (14, unit.disposed(STATE_2, Disposal.DESTROYED, "Example: the working copy is deleted.")),
)
WITHDRAWN = story(
    "Example: Sud Kivu and Kasai provinces, withdrawn",
    CSO_B,
    (
        37,
        documenter.drafted(
            30500,
            264494,
            299775,
            situation="Example: killings of civilians in three provinces",
            attached=(statement("example-statement-431", "W-431"), photograph("IMG_4302")),
            languages="French, Swahili",
        ),
        documenter.ready(),
    ),
    (36, approver.handed_over(To(STATE_1), To(MECHANISM))),
    (34, unit.acknowledged(STATE_1), unit.acknowledged(MECHANISM), unit.assigned(STATE_1)),
    (
        33,
        unit.condition_answered(STATE_1, 1, ConditionAnswer.ACCEPT),
        unit.condition_answered(MECHANISM, 1, ConditionAnswer.AS_LAW_ALLOWS, "Example: our rules."),
    ),
    (
        25,
        unit.published(STATE_1, Status.BEING_LOOKED_AT),
        unit.taken(STATE_1, 2, is_named=True),
    ),
    (9, approver.withdrawn("Example: the people concerned are no longer safe.")),
    (
        5,
        unit.disposed(
            STATE_1,
            Disposal.IN_FILE,
            "Example: exhibit 2 is part of the file and stays there under our code of procedure; "
            "the rest is deleted.",
        ),
    ),
)
ERASED = story(
    "Example: Homs governorate, erased",
    CSO_A,
    (
        52,
        documenter.drafted(
            312382,
            situation="Example: attack on a market",
            attached=(photograph("IMG_4401"), photograph("IMG_4402")),
            languages="Arabic",
        ),
        documenter.ready(),
    ),
    (51, approver.handed_over(To(STATE_2))),
    (49, unit.acknowledged(STATE_2)),
    (33, approver.withdrawn("Example: the person who gave it withdrew their consent.")),
    (32, lead.held("request", "Example: a request for access is answered first.", within=60)),
    (27, unit.disposed(STATE_2, Disposal.DESTROYED, "Example: nothing was kept.")),
    (
        13,
        lead.hold_ended(1, "Example: the request is answered."),
        lead.erased("Example: the person asked for it, and nothing stands against it."),
    ),
)
STORIES = (RECALLED, RECALL_ANSWERED, WITHDRAWN, ERASED)
