"""The form of a story: whose it is, and who does what on which day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cases.demonstration.scene import Scene

type Verb = Callable[[Scene], None]

_MORNING = time(8)
_BETWEEN_STORIES = timedelta(minutes=7)
_BETWEEN_STEPS = timedelta(minutes=55)


@dataclass(frozen=True)
class Step:
    """`do`, so many days before the demonstration is made. A step is whole or not there."""

    days_ago: int
    do: Verb


@dataclass(frozen=True)
class Story:
    """One submission, found again by its title. `of` is the domain of its organisation."""

    title: str
    of: str
    steps: tuple[Step, ...]

    @property
    def first_day(self) -> int:
        """How many days ago it begins."""
        return self.steps[0].days_ago


def story(title: str, of: str, *days: tuple[int, *tuple[Verb, ...]]) -> Story:
    """A story as it is written: rows of how many days ago, and what was done that day."""
    steps = [Step(days_ago, verb) for days_ago, *verbs in days for verb in verbs]
    return Story(title, of, tuple(steps))


def timetable(stories: Iterable[Story], today: datetime) -> list[tuple[datetime, Story, Step]]:
    """Every step with its moment, in order of time; always the same for the same `today`.

    People work from eight in the morning on, each story some minutes after the one before, and
    nothing happens on the day itself: that one belongs to whoever looks at it.
    """
    rows = []
    for place, story in enumerate(stories):
        day, nth = None, count()
        for step in story.steps:
            if (day is not None and step.days_ago > day) or step.days_ago < 1:
                raise ValueError(f"{story.title}: a step goes back, or is of today.")
            if step.days_ago != day:
                day, nth = step.days_ago, count()
            morning = datetime.combine(
                today - timedelta(days=step.days_ago), _MORNING, today.tzinfo
            )
            moment = morning + place * _BETWEEN_STORIES + next(nth) * _BETWEEN_STEPS
            rows.append((moment, place, story, step))
    rows.sort(key=lambda row: (row[0], row[1]))
    return [(moment, story, step) for moment, _place, story, step in rows]
