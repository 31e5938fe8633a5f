"""Who of the providing partner is told of what: exactly once, with a title and no name (R8)."""

import os
from pathlib import Path

import pytest
from django.conf import settings

from custody import intake_job, scanning, uploads
from custody.intake.clamd import Verdict
from custody.models import Segment
from impna.references import show_reference
from partners import roles
from partners.models import Letter, Notification
from submissions.actions import exhibits, progress, versions
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    describe,
    draft,
    handed_over,
    sent,
)
from tests.partners.browser import words


def told(user, code):
    return Notification.objects.filter(user=user, code=f"submissions.{code}")


def make_ready(submission):
    by = submission.begun_by
    with acting(by):
        return progress.make_ready(submission=submission, by=by)


def send_back(submission, by):
    with acting(by):
        progress.send_back(submission=submission, note="Say when.", by=by)


class TestADraft:
    def test_its_approvers_are_told_when_it_is_ready(self, db):
        submission = make_ready(complete_draft())
        by = approver(submission)
        one = told(by, "ready").get()
        assert (one.about, one.path) == (submission.title, submission.get_absolute_url())
        assert Letter.objects.filter(user=by, kind=Letter.Kind.WAITING).count() == 1
        assert not told(submission.begun_by, "ready").exists()
        assert not told(another_documenter(), "ready").exists()

    def test_whoever_must_not_hand_it_over_is_not_asked_to(self, db):
        submission = complete_draft(by_approver=True)
        other = approver(submission)
        make_ready(submission)
        assert told(other, "ready").count() == 1
        assert not told(submission.begun_by, "ready").exists()

    def test_in_a_single_handed_organisation_an_approver_who_changed_it_is_told(self, db):
        submission = complete_draft(single_handed=True)
        both = member(submission.partner, roles.Documenter.code, roles.Approver.code)
        with acting(both):
            exhibits.add_without_file(
                submission=submission,
                delivery="held",
                name="example",
                description="",
                declared=exhibits.Declared(),
                by=both,
            )
            describe(submission.exhibits.get(number=2), both)
        make_ready(submission)
        assert told(both, "ready").count() == 1

    def test_those_who_wrote_it_are_told_that_it_came_back(self, db):
        submission = make_ready(complete_draft())
        bystander = member(submission.partner, roles.Documenter.code)
        send_back(submission, approver(submission))
        assert told(submission.begun_by, "sent_back").get().about == submission.title
        assert not told(bystander, "sent_back").exists()

    def test_each_time_it_is_ready_or_comes_back_is_told_anew(self, db):
        submission = complete_draft()
        by = approver(submission)
        for _round in range(2):
            make_ready(submission)
            send_back(submission, by)
        assert told(by, "ready").count() == 2
        assert told(submission.begun_by, "sent_back").count() == 2

    def test_when_nobody_who_wrote_it_is_left_all_documenters_are_told(self, db):
        submission = make_ready(complete_draft())
        other = member(submission.partner, roles.Documenter.code)
        type(other).objects.filter(pk=submission.begun_by_id).update(is_active=False)
        send_back(submission, approver(submission))
        assert told(other, "sent_back").count() == 1
        assert not told(submission.begun_by, "sent_back").exists()

    def test_those_who_wrote_it_are_told_that_it_was_handed_over(self, db):
        submission = complete_draft()
        version = handed_over(submission)
        assert told(submission.begun_by, "handed_over").count() == 1
        assert not told(version.handed_over_by, "handed_over").exists()

    def test_a_data_protection_lead_is_told_that_it_was_withdrawn(self, db):
        submission = complete_draft()
        lead = member(submission.partner, roles.DataProtectionLead.code)
        by = handed_over(submission).handed_over_by
        with acting(by):
            progress.withdraw(submission=submission, reason="For the test.", by=by)
        assert told(lead, "withdrawn").get().path == submission.get_absolute_url()

    def test_a_change_that_is_refused_tells_nobody(self, db):
        submission = draft()
        with pytest.raises(Exception, match="missing"):
            make_ready(submission)
        assert not told(approver(submission), "ready").exists()
        with pytest.raises(Exception, match="missing"), acting(approver(submission)):
            versions.hand_over(submission=submission, by=approver(submission))
        assert not told(submission.begun_by, "handed_over").exists()


def run_due(as_worker):
    """As the worker, in its own database role."""
    with as_worker():
        assert intake_job.run_due() == 1


class TestAFile:
    def test_its_sender_is_told_that_it_could_not_be_made_whole(
        self, own_database, as_worker, caplog
    ):
        exhibit = sent(draft(), os.urandom(uploads.MIB + 1))
        first, second = Segment.objects.order_by("start")
        path = Path(settings.STORE_DIR) / first.store_name[:2] / first.store_name
        other = Path(settings.STORE_DIR) / second.store_name[:2] / second.store_name
        path.chmod(0o600)
        path.write_bytes(other.read_bytes())
        run_due(as_worker)
        one = told(exhibit.added_by, "file_failed").get()
        assert show_reference(exhibit.reference) in one.path
        assert Letter.objects.filter(user=exhibit.added_by, kind="waiting").count() == 1
        page = signed_in(exhibit.added_by).post(f"/inbox/{one.reference}/", follow=True)
        assert page.status_code == 200

    def test_its_sender_is_told_that_nobody_went_on_with_it(self, own_database, as_worker, clock):
        submission = draft()
        by = submission.begun_by
        with acting(by):
            exhibits.begin_upload(submission=submission, name="example", length=10, by=by)
        clock.move(days=60)
        with as_worker():
            assert len(uploads.expire()) == 1
            assert uploads.expire() == []
        assert told(by, "file_failed").count() == 1

    def test_its_sender_is_told_once_that_it_was_quarantined(
        self, own_database, as_worker, monkeypatch
    ):
        verdict = Verdict("infected", signature="Eicar")
        monkeypatch.setattr(scanning, "scan", lambda pieces, **_more: verdict)
        exhibit = sent(draft(), b"example bytes")
        run_due(as_worker)
        one = told(exhibit.added_by, "file_quarantined").get()
        assert one.about == exhibit.submission.title
        assert "example.jpg" not in f"{one.about}{one.path}{one.key}"
        page = signed_in(exhibit.added_by).get("/inbox/")
        assert "A file is harmful and was put in quarantine." in words(page)

    def test_a_sound_file_tells_nobody(self, own_database, as_worker):
        exhibit = sent(draft(), b"example bytes")
        run_due(as_worker)
        assert not Notification.objects.filter(user=exhibit.added_by).exists()
