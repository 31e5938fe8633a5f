"""What the demonstration's organisations handed over: every state, in order of time, made once."""

import re
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.template.loader import render_to_string
from django.utils import timezone

from cases import demonstration
from cases.demonstration import events, files, worker
from cases.demonstration.journal import Journal
from cases.demonstration.stories import STORIES, drafts, ends, waiting
from cases.demonstration.story import story, timetable
from cases.models import (
    Advice,
    Assessment,
    Assignment,
    Condition,
    Feedback,
    InformationRequest,
    Note,
    Referral,
    Reminder,
    Taken,
)
from cases.states import AdviceStatus, Internal, RequestStatus
from cases.states import Status as ReferralStatus
from cases.vocabularies import ConditionAnswer, Mode, Route
from custody.models import CustodyEvent, IntakeJob, Opening, SealedFile
from impna import pretended
from impna.errors import NotNow
from partners import demonstration as people
from partners.models import Notification, Partner, Unit, User
from submissions.actions import persons
from submissions.models import Exhibit, Incident, Person, Submission, Version
from submissions.states import FileState, Scan
from submissions.states import Status as SubmissionStatus
from tests.conftest import _own

DATA = Path(demonstration.__file__).parent / "data"


def in_demo_mode(patch, folder):
    """A demonstration portal with a folder of its own and no scanner."""
    from django.conf import settings

    patch.setattr(settings, "DEMO", True)
    patch.setattr(settings, "VAR_DIR", folder)
    patch.setattr(settings, "CLAMD_SOCKET", "")
    patch.setattr(settings, "PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"])


@pytest.fixture(scope="module")
def made(clones, django_db_setup, django_db_blocker, tmp_path_factory):
    """The whole demonstration in one database for this module: the tests only look at it."""
    with pytest.MonkeyPatch.context() as patch:
        in_demo_mode(patch, tmp_path_factory.mktemp("demonstration"))
        for _name in _own(clones, clones.bare, django_db_blocker):
            call_command("demo", verbosity=0)
            yield


@pytest.fixture
def people_only(unfounded_database, monkeypatch, tmp_path):
    """Its partners and accounts, and nothing handed over."""
    in_demo_mode(monkeypatch, tmp_path)
    call_command("prepare", verbosity=0)
    people.build()
    return monkeypatch


def seen(queryset, field):
    """All values of a field."""
    return set(queryset.values_list(field, flat=True))


def test_there_are_about_two_dozen_submissions_in_every_state(made):
    assert 24 <= Submission.objects.count() == len(STORIES) <= 28
    assert seen(Submission.objects, "status") == set(SubmissionStatus)
    drafts_now = Submission.objects.filter(status=SubmissionStatus.DRAFT)
    assert drafts_now.filter(versions_made=0).count() >= 6
    assert drafts_now.filter(versions_made=1).exists(), "a supplement being written"
    assert Version.objects.filter(number=2, submission__status="handed_over").exists()
    assert Version.objects.filter(single_handed=True).exists()


def test_every_state_of_what_follows_a_hand_over_occurs(made):
    assert seen(Referral.objects, "status") == set(ReferralStatus)
    assert seen(Referral.objects, "mode") == set(Mode)
    assert seen(Referral.objects, "route") == set(Route)
    assert seen(Assessment.objects, "state") == set(Internal)
    assert seen(Condition.objects, "answer") == set(ConditionAnswer)
    assert seen(InformationRequest.objects, "status") == set(RequestStatus)
    assert seen(Advice.objects, "status") == set(AdviceStatus)


def test_people_stand_by_code_in_drafts_and_in_what_was_handed_over(made):
    people = Person.objects.present().select_related("submission__compartment").with_parts()
    of = {one.submission for one in people}
    assert len([one for one in of if one.is_draft]) == 4
    assert len([one for one in of if one.versions_made]) == 10
    assert {one.protected for one in people} == {True, False}
    assert [one.code for one in people if one.identity_kept] == ["W-01"]
    assert {part.role for one in people for part in one.parts.all()} >= {
        "victim",
        "witness",
        "perpetrator",
    }
    for one in people:
        said = [persons.read_details(one), *(persons.read_part(part) for part in one.parts.all())]
        for words in (asdict(told) for told in said):
            for name in ("note", "heard_words", "best_interest", "chain", "interviewer"):
                assert words.get(name, "") == "" or words[name].startswith("Example: "), name


def test_the_endings_that_are_not_states_occur_too(made):
    recalled = Referral.objects.filter(status=ReferralStatus.RECALLED)
    assert recalled.live().exists()
    assert seen(recalled.filter(closed_at__isnull=False), "disposal") == {"destroyed", "in_file"}
    silent = Referral.objects.silent()
    assert {one.reminders.count() for one in silent} == {1, 3}
    assert Reminder.objects.count() == 9
    over = Referral.objects.live().filter(status="declined", items__ended_at__isnull=False)
    assert over.exists(), "access has ended"
    assert seen(Taken.objects, "is_named") == {True, False}
    assert seen(Taken.objects, "holds") == {True}
    assert Feedback.objects.filter(milestone="charge").exists()
    assert InformationRequest.objects.filter(attached__isnull=False, status="answered").exists()
    assert Condition.objects.filter(version__number=2).exists(), "a supplement's own condition"
    several = {one.submission_id for one in Referral.objects.filter(status="declined")}
    assert any(Referral.objects.filter(submission=one).count() == 3 for one in several)


def test_units_have_a_ledger_of_their_own(made):
    assert seen(Assignment.objects, "role") == {"case_officer", "analyst", "forensic_examiner"}
    assert Assignment.objects.filter(no_conflict_at__isnull=False).exists()
    assert Note.objects.count() >= 4
    assert Assessment.objects.filter(national_reference__isnull=False).count() >= 3
    assert Opening.objects.filter(target__startswith="submissions.exhibit:").count() >= 5


def test_the_csos_are_who_they_are(made):
    names = seen(Submission.objects, "partner__name")
    assert names == {"Example CSO A", "Example CSO B", "Example CSO C"}
    assert not Partner.objects.get(name="Example CSO B").listed
    alone = Version.objects.get(
        submission__title="Example: a border region, testimony", single_handed=True
    )
    assert alone.handed_over_by == alone.submission.begun_by
    assert alone.handed_over_at.date() > alone.submission.begun_at.date()
    given = Unit.objects.get(partner__name__startswith="Example State 3").referrals.get()
    assert (given.mode, given.route) == (Mode.SUMMARY, Route.ADVISED)


def test_files_are_sealed_examined_and_small(made):
    held = Exhibit.objects.filter(file__isnull=False)
    assert 25 <= held.count() <= 45
    assert seen(Exhibit.objects, "file_state") == {
        FileState.SEALED, FileState.SENDING, FileState.FAILED, FileState.NONE,
    }  # fmt: skip
    assert seen(held, "scan") == {Scan.NOT_SCANNED}
    assert seen(held, "scan_reason") == {"no_scanner"}
    assert held.filter(findings__isnull=True).count() == 0
    assert not IntakeJob.objects.filter(done_at__isnull=True).exists()
    assert max(seen(SealedFile.objects, "size")) <= files.LARGEST


def test_the_log_never_goes_back_and_ends_today(made):
    times = list(CustodyEvent.objects.order_by("id").values_list("at", flat=True))
    assert times == sorted(times)
    first, last = (datetime.fromisoformat(one) for one in (times[0], times[-1]))
    now = timezone.now()
    assert first < now - timedelta(days=70)
    assert now - timedelta(hours=1) < last <= now
    begun = Submission.objects.order_by("begun_at").first().begun_at
    assert timedelta(days=55) < now - begun < timedelta(days=65)


def test_people_were_told_by_the_actions(made):
    codes = seen(Notification.objects, "code")
    assert {"cases.sent", "cases.silent", "cases.asked", "cases.decided", "cases.recalled"} <= codes
    assert not Notification.objects.filter(made_at__gt=timezone.now()).exists()


def test_a_second_time_changes_nothing(made, capsys):
    before = (CustodyEvent.objects.count(), Submission.objects.count(), User.objects.count())
    call_command("demo")
    assert capsys.readouterr().out == ""
    after = (CustodyEvent.objects.count(), Submission.objects.count(), User.objects.count())
    assert after == before


def test_organisations_are_examples_and_nobody_is_named(made):
    texts = [*seen(Submission.objects, "title"), *seen(Version.objects, "sheet__situation")]
    assert all(text.startswith("Example") for text in texts)
    assert all(name.startswith("Example") for name in seen(Partner.objects, "name"))
    assert all(event.account["what"].startswith("Example.") for event in events.events().values())


def test_incidents_are_ucdps_with_its_precision(made):
    known = {(e.country, e.area, e.begin) for e in events.events().values()}
    told = Incident.objects.exclude(country="")
    assert told.count() >= 40
    assert set(told.values_list("country", "area", "happened_from")) <= known
    assert {"day", "between"} <= seen(told, "date_precision")
    assert {"place", "district", "region"} <= seen(told, "place_precision")


def test_the_events_come_with_source_licence_and_changes():
    source = (DATA / "SOURCE.txt").read_text("utf-8")
    for said in ("Uppsala Conflict Data Program", "CC BY 4.0", "Sundberg", "What was changed"):
        assert said in source
    # Share-alike would bind what is made from it.
    everything = " ".join(path.read_text("utf-8") for path in DATA.iterdir())
    assert not re.search(r"BY-SA|share.?alike|ODbL|GPL-", everything, re.IGNORECASE)
    rows = (DATA / "events.csv").read_text("utf-8").splitlines()
    assert rows[0].split(",") == [
        "id", "from", "to", "date_prec", "country", "adm1", "where_prec", "type",
        "between_states", "best",
    ]  # fmt: skip
    assert 30 <= len(rows) - 1 <= 60
    assert f"{len(rows) - 1} events" in source


def test_the_demonstration_page_says_where_the_events_are_from():
    page = render_to_string("demo.html", {"accounts": [], "letters": []})
    assert "Uppsala Conflict Data Program" in page
    assert "CC BY 4.0" in page


@pytest.mark.parametrize("name", ["one.jpg", "two.pdf", "three.wav"])
def test_a_file_is_made_from_its_name_alone(name):
    made = files.content(name)
    assert made == files.content(name)
    assert made != files.content(f"other-{name}")
    assert len(made) <= files.LARGEST


def test_a_photograph_has_what_cameras_write_and_a_document_can_be_read():
    from io import BytesIO

    from PIL import ExifTags, Image
    from pypdf import PdfReader

    exif = Image.open(BytesIO(files.photograph("x.jpg"))).getexif()
    assert exif[ExifTags.Base.Model] == "Example camera"
    assert exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] == "N"
    page = PdfReader(BytesIO(files.document("a (b).pdf")), strict=True).pages[0]
    assert "Example" in page.extract_text()
    assert "a (b).pdf" in page.extract_text()


class Killed(Exception):
    """Stands for the end of the process."""


def happened():
    """What happened to whom, without references and times."""
    return list(CustodyEvent.objects.order_by("id").values_list("type", flat=True))


@pytest.mark.parametrize("after", [3, 9])
def test_a_run_that_was_killed_is_gone_on_with(people_only, after):
    people_only.setattr(demonstration, "STORIES", (waiting.COLLECTED, drafts.FAILED_FILE))
    promise, taken = Journal.promise, []

    def die(self, name):
        promise(self, name)
        taken.append(name)
        if len(taken) == after:
            raise Killed

    with people_only.context() as patch:
        patch.setattr(Journal, "promise", die)
        with pytest.raises(Killed):
            demonstration.build()
    begun = happened()
    assert demonstration.build()
    assert not demonstration.build()
    whole = happened()
    assert whole[: len(begun)] == begun
    assert Referral.objects.get().status == ReferralStatus.COLLECTED
    assert [one.failure for one in Exhibit.objects.filter(file_state="failed")] == ["expired"]
    assert whole.count("submissions.submission.begun") == 2
    assert whole.count("submissions.version.handed_over") == 1


def test_nothing_is_told_into_the_past_of_people_who_have_worked_here(people_only):
    people.leave_open()
    assert not demonstration.build()
    assert not Submission.objects.exists()


def test_two_runs_at_once_are_one(people_only, tmp_path):
    first = User.objects.order_by("pk").first()
    with Journal(tmp_path / "demo-submissions.journal", making=first.reference):
        with pytest.raises(NotNow, match="being made already"):
            demonstration.build()


def test_a_journal_of_another_demonstration_is_not_believed(people_only, tmp_path):
    path = tmp_path / "old.journal"
    with Journal(path, making="OLD") as old:
        old.begin(timezone.now())
        old.end()
    with Journal(path, making="NEW") as new:
        assert (new.began, new.is_whole) == (None, False)
    with path.open("a") as file:
        file.write('{"done": "half a li')
    with Journal(path, making="OLD") as again:
        assert again.is_whole


def test_the_worker_role_is_needed_and_given_back(people_only):
    from django.db import connection

    before = connection.settings_dict["USER"]
    with worker.role():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("impna_worker",)
    assert connection.settings_dict["USER"] == before
    people_only.delenv("DATABASE_WORKER_URL")
    with pytest.raises(ImproperlyConfigured, match="DATABASE_WORKER_URL is not set"):
        with worker.role():
            pass


def test_outside_demonstration_mode_everything_refuses(own_database, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="only made in demonstration mode"):
        call_command("demo")
    with pytest.raises(NotNow, match="only made in demonstration mode"):
        demonstration.build()
    with pytest.raises(NotNow, match="only pretended in demonstration mode"):
        with pretended.at(timezone.now() - timedelta(days=1)):
            pass


def test_pretended_time_goes_on_and_ends(settings):
    settings.DEMO = True
    then = timezone.now() - timedelta(days=3)
    with pytest.raises(Killed), pretended.at(then):
        first, second = timezone.now(), timezone.now()
        assert then < first < second < then + timedelta(seconds=1)
        assert timezone.localdate() == then.date()
        raise Killed
    assert timezone.now() > then + timedelta(days=2)
    with pytest.raises(ValueError, match="before it happens"):
        with pretended.at(timezone.now() + timedelta(days=1)):
            pass


def test_a_timetable_is_in_order_and_no_story_goes_back():
    today = timezone.now()
    rows = timetable(STORIES, today)
    moments = [moment for moment, _story, _step in rows]
    apart = [after - before for before, after in pairwise(moments)]
    assert min(apart) >= timedelta(minutes=1)
    assert moments[-1].date() < today.date()
    assert rows == timetable(STORIES, today)
    step = ends.RETAINED.steps[0].do
    for days in ([(3, step), (4, step)], [(0, step)]):
        with pytest.raises(ValueError, match="goes back"):
            timetable([story("Example", "cso-a.example", *days)], today)


def test_titles_tell_stories_apart():
    assert len({one.title for one in STORIES}) == len(STORIES)


def test_intake_works_on_what_is_due(own_database, as_worker, capsys):
    from tests.factories.submissions import draft, sent

    sent(draft(), files.document("example.pdf"), name="example.pdf")
    with as_worker():
        call_command("intake")
    assert "1 received files" in capsys.readouterr().out
    assert Exhibit.objects.get().file_state == FileState.SEALED
