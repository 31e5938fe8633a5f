"""What a documenter does, as verbs for stories."""

import hashlib
from dataclasses import dataclass, field, replace

from cases.demonstration import files
from cases.demonstration.events import events
from cases.demonstration.people import recognised
from cases.demonstration.scene import Scene
from cases.demonstration.story import Verb
from custody.uploads import Checksum
from partners.models import User
from submissions.actions import cover_sheets, drafts, exhibits, incidents, progress
from submissions.actions.exhibits import Declared
from submissions.answers import Answers, Collected, Details
from submissions.answers import Step as Before
from submissions.models import Exhibit, Submission
from submissions.vocabularies import Delivery, SubmissionKind

_SAYS = "Example: made for the demonstration, of nothing and nobody."


@dataclass(frozen=True)
class File:
    """A file to attach, made from its name; `answers` None leaves the questions open.

    `people` are codes of whoever can be recognised in it.
    """

    name: str
    answers: Answers | None
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Held:
    """Something that is not sent here."""

    name: str
    answers: Answers
    delivery: Delivery = Delivery.HELD
    declared: Declared = field(default_factory=Declared)


type Attached = File | Held


def photograph(name: str, **more: object) -> File:
    """A picture in which nobody can be recognised."""
    known = Answers(
        evidence_type="photograph",
        recognisable="nobody",
        derivation="original",
        obtained="made",
        strands=["crime_base"],
        description=f"{_SAYS} Shapes and a word.",
        details=Details(
            collected=Collected(
                collector="Example: a documenter",
                when="2022-03-01 10:20, UTC+2",
                tool="Example: a telephone’s camera",
                storage="Example: a safe in the office",
            ),
            steps=[Before("collected", "2022-03-01", note="Example: taken on site.")],
        ),
    )
    return File(f"{name}.jpg", replace(known, **more))  # type: ignore[arg-type]  # fields by name


def statement(name: str, *people: str) -> File:
    """A written statement by someone who appears under a code."""
    return File(
        f"{name}.pdf",
        Answers(
            evidence_type="witness_statement",
            recognisable="someone",
            derivation="original",
            obtained="person",
            identified_by=["name_written", "handwriting"],
            strands=["crime_base", "linkage"],
            markers=["identity_protected"],
            handling=["H2"],
            description=f"{_SAYS} The place of a statement.",
            details=Details(origin="Example: signed at our office."),
        ),
        people,
    )


def report(name: str) -> File:
    """A document that names nobody."""
    return File(
        f"{name}.pdf",
        Answers(
            evidence_type="expert_report",
            recognisable="nobody",
            derivation="original",
            obtained="organisation",
            strands=["contextual"],
            handling=["H0"],
            description=f"{_SAYS} The place of a report.",
        ),
    )


def press(name: str) -> File:
    """A page of a newspaper that was saved; nobody is shown on it."""
    answers = Answers(
        evidence_type="press_item",
        recognisable="nobody",
        derivation="download",
        obtained="downloaded",
        strands=["contextual"],
        description=f"{_SAYS} The place of a newspaper’s page.",
    )
    return File(f"{name}.pdf", answers)


def recording(name: str, *people: str) -> File:
    """Sound, in which a voice could be recognised if there were one."""
    return File(
        f"{name}.wav",
        Answers(
            evidence_type="audio",
            recognisable="someone",
            derivation="original",
            obtained="made",
            identified_by=["voice"],
            strands=["lead"],
            markers=["lead_only"],
            description=f"{_SAYS} A tone.",
        ),
        people,
    )


def held(name: str) -> Held:
    """An object in a cupboard, with a digest of its photograph and no byte here."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    answers = Answers(
        evidence_type="physical_item",
        recognisable="nobody",
        obtained="found",
        strands=["linkage"],
        description=f"{_SAYS} The place of an object.",
        details=Details(origin="Example: in our cupboard, sealed bag 1."),
    )
    return Held(name, answers, declared=Declared(sha256=digest, size=1_048_576))


def begun(kind: str = SubmissionKind.INFORMATION) -> Verb:
    """An empty draft."""

    def do(scene: Scene) -> None:
        with scene.documenter() as by:
            drafts.begin(title=scene.story.title, kind=kind, by=by)

    return do


def drafted(
    *numbers: int, situation: str, attached: tuple[Attached, ...] = (), languages: str = "English"
) -> Verb:
    """A draft with everything that is asked: incidents, exhibits, cover sheet."""

    def do(scene: Scene) -> None:
        begun()(scene)
        told(*numbers)(scene)
        brought(*attached)(scene)
        with scene.documenter() as by:
            sheet = cover_sheets.Sheet(
                situation=situation,
                summary=f"Example summary. {situation}: {len(numbers)} events of UCDP GED, and "
                f"{len(attached)} exhibits made for this demonstration.",
                languages=languages.split(", "),
            )
            cover_sheets.write(submission=scene.submission, sheet=sheet, by=by)

    return do


def told(*numbers: int) -> Verb:
    """Incidents, each derived from one event, with all answers."""

    def do(scene: Scene) -> None:
        with scene.documenter() as by:
            for number in numbers:
                event = events()[number]
                incident = incidents.add(submission=scene.submission, by=by)
                incidents.tell(incident=incident, answers=event.account, by=by)
                incidents.place(incident=incident, when=event.when, where=event.where, by=by)
                incidents.qualify(incident=incident, answers=event.qualification, by=by)

    return do


def half_told(number: int) -> Verb:
    """An incident of which only what happened has been written."""

    def do(scene: Scene) -> None:
        with scene.documenter() as by:
            account = events()[number].account
            told = {name: account[name] for name in ("heading", "what")}
            incident = incidents.add(submission=scene.submission, by=by)
            incidents.tell(incident=incident, answers=told, by=by)

    return do


def brought(*attached: Attached) -> Verb:
    """Exhibits: files sent in one piece, or things held elsewhere, each described."""

    def do(scene: Scene) -> None:
        with scene.documenter() as by:
            for one in attached:
                _bring(scene.submission, one, by)

    return do


def unfinished(name: str) -> Verb:
    """A file of which only the first half arrived; nobody goes on with it."""

    def do(scene: Scene) -> None:
        with scene.documenter() as by:
            data = files.content(name)
            _send(scene.submission, name, data[: len(data) // 2], len(data), by)

    return do


def ready() -> Verb:
    """Given to the approver."""

    def do(scene: Scene) -> None:
        with scene.documenter() as by:
            progress.make_ready(submission=scene.submission, by=by)

    return do


def supplemented() -> Verb:
    """Opened for its next version."""

    def do(scene: Scene) -> None:
        with scene.documenter() as by:
            progress.begin_supplement(submission=scene.submission, by=by)

    return do


def _bring(submission: Submission, one: Attached, by: User) -> None:
    if isinstance(one, Held):
        exhibit = exhibits.add_without_file(
            submission=submission,
            delivery=one.delivery,
            name=one.name,
            description=one.answers.description,
            declared=one.declared,
            by=by,
        )
        exhibits.describe(exhibit=exhibit, answers=one.answers, by=by)
        return
    data = files.content(one.name)
    exhibit = _send(submission, one.name, data, len(data), by)
    if one.answers is not None:
        exhibits.describe(exhibit=exhibit, answers=one.answers, by=by)
    for code in one.people:
        recognised(exhibit, code, by)


def _send(submission: Submission, name: str, data: bytes, length: int, by: User) -> Exhibit:
    drafts.allow_files(submission=submission, by=by)
    exhibit = exhibits.begin_upload(submission=submission, name=name, length=length, by=by)
    checksum = Checksum("sha256", hashlib.sha256(data).digest())
    exhibits.receive(
        submission=exhibit.submission_id,
        exhibit=exhibit.reference,
        offset=0,
        data=data,
        checksum=checksum,
        by=by,
    )
    return exhibit
