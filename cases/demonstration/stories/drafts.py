"""What the CSOs are still writing."""

from cases.demonstration import drafting as documenter
from cases.demonstration import facts, people
from cases.demonstration import sending as approver
from cases.demonstration.drafting import photograph, press, recording, report, statement
from cases.demonstration.scene import CSO_A, CSO_B
from cases.demonstration.story import story

EMPTY = story(
    "Example: nothing written yet",
    CSO_A,
    (3, documenter.begun()),
)
HALF_DONE = story(
    "Example: Nord Kivu, still being written",
    CSO_A,
    (
        6,
        documenter.begun("answer"),
        documenter.told(447895),
        documenter.half_told(430575),
        people.named(
            people.witness("W-01", 1, **people.HEARD_BY_US),
            people.child("V-01", 1, 2),
            people.unasked("W-02"),
        ),
        people.identified("W-01", "Amina Invented", "أمينة"),
        people.at_risk("person", "family", codes=["V-01"], within=5),
        documenter.brought(
            photograph("IMG_0101"),
            documenter.File("IMG_0102.jpg", None),
            documenter.File("scan-without-answers.pdf", None),
            press("page-saved"),
        ),
        facts.counted(1, 40, 60),
        facts.sourced(1, code="W-01"),
        facts.sourced(1, exhibit=4, basis="documentary", on=["when_where"], bearing="contradicts"),
    ),
)
COMPLETE = story(
    "Example: Sahel and Centre Nord regions, complete",
    CSO_B,
    (
        5,
        documenter.drafted(
            285416,
            293114,
            situation="Example: killings of civilians in two regions",
            attached=(report("example-mission-report"), photograph("IMG_0201")),
            languages="French, English",
        ),
    ),
)
UNFINISHED_UPLOAD = story(
    "Example: South Kordofan, a file half sent",
    CSO_A,
    (
        2,
        documenter.drafted(
            231513,
            situation="Example: fighting near a market town",
            attached=(photograph("IMG_0301"),),
            languages="Arabic",
        ),
    ),
    (1, documenter.unfinished("example-recording-long.wav")),
)
FAILED_FILE = story(
    "Example: Borno state, a file that never arrived",
    CSO_A,
    (
        12,
        documenter.drafted(
            51429,
            193290,
            situation="Example: violence against civilians in the north-east",
            attached=(report("example-survey"),),
        ),
        documenter.unfinished("IMG_0401.jpg"),
    ),
)
READY = story(
    "Example: Kharkiv oblast, ready for the approver",
    CSO_A,
    (
        3,
        documenter.drafted(
            449790,
            456839,
            situation="Example: attacks on homes in the east",
            attached=(photograph("IMG_0501"), statement("example-statement-51", "W-51")),
            languages="Ukrainian, English",
        ),
        people.named(people.witness("W-51", 1, 2), people.alleged("P-51", 1)),
    ),
    (2, documenter.ready()),
)
SENT_BACK = story(
    "Example: Ituri province, sent back",
    CSO_A,
    (
        9,
        documenter.drafted(
            401224,
            situation="Example: killings in villages",
            attached=(recording("example-call", "W-61"),),
            languages="Swahili, French",
        ),
        people.named(people.victim("W-61", 1)),
    ),
    (8, documenter.ready()),
    (7, approver.sent_back("Example: say in the summary who else holds this recording.")),
)
STORIES = (EMPTY, HALF_DONE, COMPLETE, UNFINISHED_UPLOAD, FAILED_FILE, READY, SENT_BACK)
