"""What a data-protection lead decides, as verbs for stories."""

from datetime import timedelta

from django.utils import timezone

from cases.demonstration.scene import Scene
from cases.demonstration.story import Verb
from submissions.actions import erasing, holds


def held(basis: str, words: str, *, number: int | None = None, within: int = 300) -> Verb:
    """A hold on the whole, or on one exhibit, to be looked at again in so many days from then."""

    def do(scene: Scene) -> None:
        with scene.lead() as by:
            holds.place(
                submission=scene.submission,
                exhibit=None if number is None else scene.exhibit(number),
                basis=basis,
                words=words,
                review_on=timezone.localdate() + timedelta(days=within),
                by=by,
            )

    return do


def hold_ended(number: int, reason: str) -> Verb:
    """One of its holds, by number."""

    def do(scene: Scene) -> None:
        with scene.lead() as by:
            hold = scene.submission.holds.select_related("submission", "exhibit").get(number=number)
            holds.end(hold=hold, reason=reason, by=by)

    return do


def erased(reason: str) -> Verb:
    """Everything of it, for good."""

    def do(scene: Scene) -> None:
        with scene.lead() as by:
            erasing.erase(submission=scene.submission, reason=reason, by=by)

    return do
