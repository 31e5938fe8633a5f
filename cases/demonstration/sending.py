"""What an approver does with what the documenters wrote, as verbs for stories."""

from dataclasses import dataclass, replace

from cases.actions import access, advising, receiving, referrals, requests
from cases.demonstration.scene import ADVISER, Scene, acting, unit_of
from cases.demonstration.story import Verb
from cases.vocabularies import Mode, Route
from submissions.actions import exhibits, progress


@dataclass(frozen=True)
class To:
    """A recipient: how much, which exhibits (None: all), on which conditions."""

    unit: str
    mode: str = Mode.FULL
    numbers: tuple[int, ...] | None = None
    conditions: tuple[str, ...] = ()

    def on(self, scene: Scene) -> referrals.Recipient:
        """For the action."""
        given = None if self.numbers is None else [scene.exhibit(n) for n in self.numbers]
        return referrals.Recipient(
            unit=unit_of(self.unit),
            mode=self.mode,
            exhibits=given,
            conditions=list(self.conditions),
        )


def handed_over(*recipients: To) -> Verb:
    """Read through, and handed over: the next version, at once with its referrals."""

    def do(scene: Scene) -> None:
        with scene.approver() as by:
            exhibits.open_names(submission=scene.submission, by=by)
            given = [to.on(scene) for to in recipients]
            referrals.hand_over(submission=scene.submission, recipients=given, by=by)

    return do


def referred(to: To, *, route: str = Route.DIRECT) -> Verb:
    """The newest version, given to one more recipient."""

    def do(scene: Scene) -> None:
        with scene.approver() as by:
            recipient = replace(to.on(scene), route=route)
            referrals.refer(version=scene.version, recipient=recipient, by=by)

    return do


def sent_back(note: str) -> Verb:
    """Back to the documenters."""

    def do(scene: Scene) -> None:
        with scene.approver() as by:
            progress.send_back(submission=scene.submission, note=note, by=by)

    return do


def recalled(unit: str, reason: str) -> Verb:
    """Taken back from one recipient."""

    def do(scene: Scene) -> None:
        with scene.approver() as by:
            access.recall(referral=scene.referral(unit), reason=reason, by=by)

    return do


def withdrawn(reason: str) -> Verb:
    """Taken back from everyone."""

    def do(scene: Scene) -> None:
        with scene.approver() as by:
            progress.withdraw(submission=scene.submission, reason=reason, by=by)

    return do


def waived(unit: str, number: int) -> Verb:
    """A condition given up."""

    def do(scene: Scene) -> None:
        with scene.approver() as by:
            receiving.waive_condition(condition=scene.condition(unit, number), by=by)

    return do


def answered(unit: str, number: int, text: str, *exhibit_numbers: int) -> Verb:
    """A request answered, with exhibits or without."""

    def do(scene: Scene) -> None:
        with scene.approver() as by:
            given = [scene.exhibit(n) for n in exhibit_numbers]
            requests.answer(request=scene.request(unit, number), text=text, exhibits=given, by=by)

    return do


def not_answered(unit: str, number: int, text: str) -> Verb:
    """A request declined, with a reason."""

    def do(scene: Scene) -> None:
        with scene.approver() as by:
            requests.decline(request=scene.request(unit, number), text=text, by=by)

    return do


def wrote(unit: str, text: str) -> Verb:
    """A message to a recipient."""

    def do(scene: Scene) -> None:
        with scene.approver() as by:
            requests.write(referral=scene.referral(unit), text=text, by=by)

    return do


def asked_advice(question: str) -> Verb:
    """A question to the Secretariat about the newest version."""

    def do(scene: Scene) -> None:
        with scene.approver() as by:
            advising.ask(version=scene.version, question=question, by=by)

    return do


def advised(text: str, *units: str, forum: str = "") -> Verb:
    """The Secretariat's answer: recipients, or another forum."""

    def do(scene: Scene) -> None:
        with acting(ADVISER) as by:
            advising.give(
                advice=scene.submission.advice.open().get(),
                text=text,
                units=[unit_of(domain) for domain in units],
                forum=forum,
                by=by,
            )

    return do
