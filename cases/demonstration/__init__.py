"""What the demonstration's organisations handed over, and what became of it (DESIGN 10).

Each story is a row of steps on certain days; a step is a person who does an action. The steps of all
stories run in the order of their moments, so that the custody log never goes back, and every night
the system's own sweeps run as the worker does. Situations, days and places are derived from UCDP
events (`data/SOURCE.txt`); everything else is invented and says "Example".
"""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.demonstration import worker
from cases.demonstration.journal import Journal
from cases.demonstration.scene import Scene
from cases.demonstration.stories import STORIES
from cases.demonstration.story import Step, Story, timetable
from custody.models import CustodyEvent, IntakeJob
from impna import pretended
from impna.errors import NotNow
from partners.models import User

# At midnight: made at any hour of a day, the demonstration is the same.
_SWEEPS = time.min
# Steps are at least a minute apart, and none looks at the time thirty thousand times.
_UNTIL_EXAMINED = timedelta(seconds=30)


def build() -> bool:
    """Tell all stories; True if there was something to do. Needs `partners.demonstration` before.

    Each step is one transaction, and a run that was killed is gone on with where it ended. A portal
    in which people have worked already keeps its own: nothing is told into their past. Raises
    NotNow outside demonstration mode and without the worker's database address.
    """
    if not settings.DEMO:
        raise NotNow("The demonstration is only made in demonstration mode (PORTAL_MODE=demo).")
    first = User.objects.order_by("pk").first()
    if first is None:
        raise NotNow("The demonstration's people are made first.")
    with Journal(settings.VAR_DIR / "demo-submissions.journal", making=first.reference) as journal:
        if journal.is_whole:
            return False
        if journal.began is None:
            if _others_have_worked_here():
                return False
            journal.begin(timezone.now())
        assert journal.began is not None
        _tell(journal, journal.began)
        journal.end()
    return True


def _others_have_worked_here() -> bool:
    latest = CustodyEvent.objects.order_by("-id").values_list("at", flat=True).first()
    opening = timezone.now() - timedelta(days=max(story.first_day for story in STORIES) + 1)
    return latest is not None and datetime.fromisoformat(latest) > opening


def _tell(journal: Journal, today: datetime) -> None:
    """Every step in its turn; before a new day begins, the nights since the last one."""
    night = None
    for number, (moment, story, step) in enumerate(timetable(STORIES, today)):
        night = _nights(journal, night or moment.date(), moment)
        if not journal.is_done(f"step {number}"):
            _take(journal, f"step {number}", moment, story, step)
        if IntakeJob.objects.filter(done_at__isnull=True).exists():
            with pretended.at(moment + _UNTIL_EXAMINED), worker.role():
                worker.examine()
    _nights(journal, night or today.date(), today)


def _take(journal: Journal, name: str, moment: datetime, story: Story, step: Step) -> None:
    with pretended.at(moment), transaction.atomic():
        journal.promise(name)
        step.do(Scene(story))


def _nights(journal: Journal, last: date, until: datetime) -> date:
    """The sweeps of every night after `last` that is over at `until`; the newest such day."""
    while (night := datetime.combine(last + timedelta(days=1), _SWEEPS, until.tzinfo)) < until:
        last = night.date()
        if not journal.is_done(f"night {last}"):
            with pretended.at(night), worker.role():
                worker.keep_dates()
            journal.note(f"night {last}")
    return last
