"""What the people of a recipient's unit do, as verbs for stories."""

import io
from datetime import timedelta

from django.utils import timezone

from cases.actions import (
    access,
    assignments,
    decisions,
    enclosures,
    receiving,
    requests,
    two_people,
)
from cases.actions.decisions import Ruling
from cases.demonstration.files import content
from cases.demonstration.scene import Scene, acting, person
from cases.demonstration.story import Verb
from cases.states import Internal
from custody import vault

OFFICER, HEAD = "officer", "head"


def acknowledged(unit: str) -> Verb:
    """By the contact point."""

    def do(scene: Scene) -> None:
        with acting(f"contact@{unit}") as by:
            receiving.acknowledge(referral=scene.referral(unit), by=by)

    return do


def condition_answered(unit: str, number: int, answer: str, remark: str = "") -> Verb:
    """By the head of unit."""

    def do(scene: Scene) -> None:
        with acting(f"head@{unit}") as by:
            receiving.answer_condition(
                condition=scene.condition(unit, number), answer=answer, remark=remark, by=by
            )

    return do


def assigned(unit: str, *seats: str) -> Verb:
    """To officers, analysts or examiners; the officer states that no conflict stands against it."""

    def do(scene: Scene) -> None:
        for seat in seats or (OFFICER,):
            user = person(f"{seat}@{unit}")
            with acting(f"head@{unit}") as by:
                given = assignments.assign(
                    referral=scene.referral(unit), user=user, identifying=seat == OFFICER, by=by
                )
            if seat == OFFICER:
                with acting(user.email) as officer:
                    assignments.state_no_conflict(assignment=given, by=officer)

    return do


def opened(unit: str, *numbers: int) -> Verb:
    """The officer reads what was written, and opens exhibits: one opening each, with its reason."""

    def do(scene: Scene) -> None:
        with acting(f"{OFFICER}@{unit}") as by:
            receiving.open_words(referral=scene.referral(unit), by=by)
            for number in numbers:
                exhibit = scene.exhibit(number)
                item = scene.referral(unit).items.live().get(exhibit=exhibit)
                assert item.file is not None
                named = {str(exhibit): item.file}
                vault.open(item.thing, by=by, reason="Example: assessing.", files=named)

    return do


def asked_colleague(unit: str, number: int) -> Verb:
    """The officer asks the head of unit to agree that two people open an exhibit."""

    def do(scene: Scene) -> None:
        item = scene.referral(unit).items.live().get(exhibit__number=number)
        head = person(f"{HEAD}@{unit}")
        with acting(f"{OFFICER}@{unit}") as by:
            receiving.open_words(referral=item.referral, by=by)
            reason = "Example: to compare it with other pictures."
            two_people.ask(item=item, colleague=head, reason=reason, by=by)

    return do


def published(unit: str, to: str) -> Verb:
    """Where it stands, for the sender."""

    def do(scene: Scene) -> None:
        with acting(f"head@{unit}") as by:
            receiving.publish(referral=scene.referral(unit), to=to, by=by)

    return do


def assessed(
    unit: str,
    state: Internal,
    *,
    reference: str | None = None,
    note: str = "",
    by: str = OFFICER,
    again_in: int = 90,
) -> Verb:
    """The unit's own ledger: state, date, national reference, a note."""

    def do(scene: Scene) -> None:
        with acting(f"{by}@{unit}") as user:
            assignments.assess(
                referral=scene.referral(unit),
                state=state,
                due=timezone.localdate() + timedelta(days=again_in),
                national_reference=reference,
                by=user,
            )
            if note:
                assignments.note(referral=scene.referral(unit), text=note, by=user)

    return do


def asked(unit: str, kind: str, text: str, *names: str, within: int | None = None) -> Verb:
    """A request to the sender, with files of these names."""

    def do(scene: Scene) -> None:
        referral = scene.referral(unit)
        due = None if within is None else timezone.localdate() + timedelta(days=within)
        with acting(f"{OFFICER}@{unit}") as by:
            request = requests.ask(referral=referral, kind=kind, text=text, due=due, by=by)
            for name in names:
                key = vault.draft_key(referral.compartment)
                stored = vault.store(io.BytesIO(content(name)), key=key)
                enclosures.enclose(request=request, key=key, stored=stored, name=name, by=by)

    return do


def replied(unit: str, text: str) -> Verb:
    """A message to the sender."""

    def do(scene: Scene) -> None:
        with acting(f"{OFFICER}@{unit}") as by:
            requests.write(referral=scene.referral(unit), text=text, by=by)

    return do


def decided(unit: str, ruling: Ruling) -> Verb:
    """Retained, declined or ended, on the state that the head sees."""

    def do(scene: Scene) -> None:
        referral = scene.referral(unit)
        with acting(f"head@{unit}") as by:
            decisions.decide(referral=referral, ruling=ruling, seen=referral.status, by=by)

    return do


def told(
    unit: str,
    text: str = "",
    *,
    no_detail: bool = False,
    milestone: str = "",
    usefulness: str = "",
) -> Verb:
    """Feedback."""

    def do(scene: Scene) -> None:
        with acting(f"head@{unit}") as by:
            decisions.give_feedback(
                referral=scene.referral(unit),
                no_detail=no_detail,
                milestone=milestone,
                usefulness=usefulness,
                text=text,
                by=by,
            )

    return do


def taken(unit: str, *numbers: int, is_named: bool) -> Verb:
    """Exhibits are part of the national file now."""

    def do(scene: Scene) -> None:
        referral = scene.referral(unit)
        with acting(f"{OFFICER}@{unit}") as by:
            items = list(referral.items.live().filter(exhibit__number__in=numbers))
            decisions.take_into_file(referral=referral, items=items, is_named=is_named, by=by)

    return do


def disposed(unit: str, disposal: str, text: str = "") -> Verb:
    """What became of it; access ends with that."""

    def do(scene: Scene) -> None:
        with acting(f"head@{unit}") as by:
            access.say_what_became(
                referral=scene.referral(unit), disposal=disposal, text=text, by=by
            )

    return do
