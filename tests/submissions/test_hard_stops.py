"""What is never sent here: asked before the first file, refused per exhibit, with a way to go on."""

import pytest
from django.urls import reverse

from custody.models import CustodyEvent
from impna.errors import NotNow
from partners import roles
from partners.models import Unit
from submissions.actions import answering, drafts, exhibits, progress, tokens
from submissions.answers import Answers
from submissions.completeness import missing
from submissions.models import Exhibit, Submission
from submissions.vocabularies import EUCI_MARKINGS
from tests.cases.pages import with_file
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    another_documenter,
    complete_draft,
    describe,
    documenter,
    handed_over,
    unit_of_an_authority,
)
from tests.partners.browser import words


def page_of(submission, name, *more):
    return reverse(f"submissions:{name}", args=[submission.reference, *more])


@pytest.fixture
def submission(db):
    """A draft whose question nobody has answered."""
    by = documenter()
    with acting(by):
        return drafts.begin(title="Example events", kind="information", by=by)


@pytest.fixture
def client(submission):
    return signed_in(submission.begun_by)


class TestTheQuestion:
    def test_no_file_can_be_chosen_before_it_is_answered(self, client, submission):
        page = words(client.get(page_of(submission, "exhibit-list")))
        assert 'type="file"' not in page and "data-token" not in page and "upload.js" not in page
        assert page_of(submission, "before-files") in page

    def test_the_actions_refuse_as_well(self, submission):
        by = submission.begun_by
        with acting(by), pytest.raises(NotNow, match="Answer first"):
            tokens.allow_uploading(submission=submission, by=by)
        with acting(by), pytest.raises(NotNow, match="Answer first"):
            exhibits.begin_upload(submission=submission, name="a.jpg", length=1, by=by)
        assert not Exhibit.objects.exists()

    def test_none_of_it_lets_files_be_chosen_and_is_recorded_once(self, client, submission):
        for _click in range(2):
            answer = client.post(page_of(submission, "before-files"), {"kind": "none"})
            assert answer["Location"] == page_of(submission, "exhibit-list")
        page = words(client.get(answer["Location"]))
        assert 'type="file"' in page and "Stop before you upload" in page
        found = CustodyEvent.objects.filter(type="submissions.submission.files_allowed")
        assert found.count() == 1
        assert "none of the files is of a kind" in words(client.get(submission.get_absolute_url()))

    @pytest.mark.parametrize("kind", ["children", "classified", "privileged", "danger", "unsure"])
    def test_anything_else_leads_to_what_to_do_and_leaves_no_trace(self, client, submission, kind):
        unit = unit_of_an_authority()
        Unit.objects.filter(pk=unit.pk).update(on_call="+00 123 456", takes_direct_intake=True)
        before = CustodyEvent.objects.count()
        answer = client.post(page_of(submission, "before-files"), {"kind": kind}, follow=True)
        page = words(answer)
        assert answer.redirect_chain == [(page_of(submission, "not-here"), 302)]
        assert "Leave it where it is." in page and "+00 123 456" in page
        assert f"{page_of(submission, 'add-without-file')}?held" in page
        assert CustodyEvent.objects.count() == before
        assert not Submission.objects.get(pk=submission.pk).takes_files

    def test_without_a_number_it_says_whom_else_to_call(self, client, submission):
        Unit.objects.update(on_call="")
        assert "Call the police" in words(client.get(page_of(submission, "not-here")))

    def test_an_answer_is_needed(self, client, submission):
        answer = client.post(page_of(submission, "before-files"), {})
        assert answer.status_code == 422
        assert "If you are not sure, say so." in words(answer)

    def test_every_marking_is_named(self, client, submission):
        page = words(client.get(page_of(submission, "before-files")))
        assert all(marking in page for marking in EUCI_MARKINGS)

    def test_describing_without_a_file_needs_no_answer(self, client, submission):
        form = page_of(submission, "add-without-file")
        assert client.get(f"{form}?held").context["form"]["delivery"].value() == "held"
        told = {"delivery": "held", "name": "x", "description": "In the safe."}
        assert client.post(form, told).status_code == 302

    def test_a_supplement_is_asked_anew(self, db):
        version = handed_over()
        by = documenter()
        with acting(by):
            submission = progress.begin_supplement(submission=version.submission, by=by)
        page = words(signed_in(by).get(page_of(submission, "exhibit-list")))
        assert page_of(submission, "before-files") in page

    @pytest.mark.parametrize("name", ["before-files", "not-here"])
    def test_strangers_find_nothing_and_readers_may_not(self, submission, name):
        address = page_of(submission, name)
        assert signed_in(another_documenter()).get(address).status_code == 404
        reader = member(submission.partner, roles.Reader.code)
        assert signed_in(reader).get(address).status_code == 403
        assert signed_in(reader).post(page_of(submission, "before-files")).status_code == 403

    def test_what_was_handed_over_is_asked_nothing(self, db):
        version = handed_over()
        client = signed_in(version.submission.begun_by)
        answer = client.post(page_of(version.submission, "before-files"), {"kind": "none"})
        assert answer.status_code == 409


@pytest.mark.parametrize("marker", ["privileged", "euci"])
class TestOneExhibit:
    def test_with_its_file_here_it_cannot_be_marked_so(self, db, marker):
        submission = with_file()
        exhibit, client = submission.exhibits.get(number=2), signed_in(submission.begun_by)
        told = {"recognisable": "nobody", "markers": [marker], "description": "canary"}
        answer = client.post(page_of(submission, "exhibit-detail", exhibit.reference), told)
        page = words(answer)
        assert answer.status_code == 422
        assert "Its file may not be kept here" in page and "canary" in page
        assert page_of(submission, "exhibit-remove", exhibit.reference) in page
        assert f"{page_of(submission, 'add-without-file')}?held" in page
        exhibit.refresh_from_db()
        assert exhibit.markers == []

    def test_held_elsewhere_it_can(self, db, marker):
        submission = complete_draft()
        exhibit, client = submission.exhibits.get(), signed_in(submission.begun_by)
        told = {"recognisable": "nobody", "markers": [marker], "evidence_type": "video",
                "obtained": "made"}  # fmt: skip
        page = page_of(submission, "exhibit-detail", exhibit.reference)
        assert client.post(page, told).status_code == 302
        assert not missing(submission)

    def test_several_at_once_are_refused_by_name(self, db, marker):
        submission = with_file()
        client = signed_in(submission.begun_by)
        told = {"numbers": "1 2", "markers": [marker]}
        answer = client.post(page_of(submission, "exhibits-answer"), told)
        assert answer.status_code == 422
        assert "Exhibit 2: the file may not be kept here" in words(answer)
        assert not Exhibit.objects.exclude(markers=[]).exists()

    def test_the_actions_refuse_as_well(self, db, marker):
        submission = with_file()
        exhibit, by = submission.exhibits.get(number=2), submission.begun_by
        with acting(by), pytest.raises(NotNow, match="has its file here"):
            exhibits.describe(exhibit=exhibit, answers=Answers(markers=[marker]), by=by)
        given = {"markers": [marker]}
        with acting(by), pytest.raises(NotNow, match="has its file here"):
            answering.answer_several(submission=submission, numbers=[2], given=given, by=by)

    def test_one_that_was_marked_before_is_not_handed_over(self, db, marker):
        submission = with_file()
        with acting(submission.begun_by):
            describe(submission.exhibits.get(number=2), submission.begun_by)
            submission.exhibits.filter(number=2).update(markers=[marker])
        assert "may not be kept here" in missing(submission)[0].words
