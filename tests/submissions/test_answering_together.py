"""The same answers for several exhibits: only what is answered, all or none, an event each."""

import pytest

from custody.models import CustodyEvent
from impna.errors import NotAllowed, NotNow
from partners import roles
from submissions.actions import answering, exhibits
from submissions.answers import Answers
from submissions.models import Exhibit
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import another_documenter, draft, handed_over
from tests.partners.browser import words


@pytest.fixture
def submission(db):
    return draft()


@pytest.fixture
def client(submission):
    return signed_in(submission.begun_by)


@pytest.fixture
def address(submission):
    return f"{submission.get_absolute_url()}exhibits/answer/"


def added(submission, number=1, **answers) -> list[Exhibit]:
    by, made = submission.begun_by, []
    with acting(by):
        for _n in range(number):
            made.append(
                exhibits.add_without_file(
                    submission=submission, delivery="held", name="example <b>",
                    description="canary", declared=exhibits.Declared(), by=by,
                )
            )  # fmt: skip
            if answers:
                exhibits.describe(exhibit=made[-1], answers=Answers(**answers), by=by)
    return made


def several(submission, numbers, by=None, **given):
    by = by or submission.begun_by
    with acting(by):
        return answering.answer_several(submission=submission, numbers=numbers, given=given, by=by)


def changes() -> int:
    return CustodyEvent.objects.filter(type="submissions.exhibit.changed").count()


def test_only_what_is_given_is_written_into_each_with_its_event(submission):
    added(submission, 2, evidence_type="video", markers=["graphic"], description="kept")
    before = changes()
    several(submission, [1, 2], recognisable="someone", identified_by=["face"], obtained="made")
    assert changes() == before + 2
    for found in submission.exhibits.all():
        assert (found.recognisable, found.identified_by) == ("someone", ["face"])
        assert (found.evidence_type, found.markers) == ("video", ["graphic"])
        assert found.obtained == "made"
        found.submission = submission
        assert exhibits.read_description(found) == "kept"


@pytest.mark.parametrize("given", [{"obtained": "stolen"}, {"markers": ["rude"]}])
def test_an_unknown_code_changes_nothing(submission, given):
    added(submission)
    with pytest.raises(NotAllowed):
        several(submission, [1], **given)
    assert changes() == 0


@pytest.mark.parametrize("given", [{}, {"handling": ["H1"]}])
def test_what_cannot_be_the_same_for_several_is_no_argument(submission, given):
    added(submission)
    with pytest.raises(ValueError):
        several(submission, [1], **given)


def test_it_is_all_or_none(submission):
    added(submission, 2)
    with pytest.raises(NotNow, match="taken out"):
        several(submission, [1, 2, 3], obtained="made")
    assert not submission.exhibits.exclude(obtained="").exists()


def test_nobody_is_not_written_over_who_can_be_recognised(submission):
    added(submission)
    added(submission, recognisable="someone", identified_by=["face"])
    with pytest.raises(NotNow, match="Exhibit 2 says who"):
        several(submission, [1, 2], recognisable="nobody")
    assert submission.exhibits.get(number=1).recognisable == "unanswered"


def test_there_is_a_limit(submission, monkeypatch):
    added(submission, 3)
    monkeypatch.setattr(answering, "MOST", 2)
    with pytest.raises(NotAllowed, match="up to 2"):
        several(submission, [1, 2, 3], obtained="made")


def test_exhibits_of_another_submission_are_not_reached(submission):
    added(submission)
    other = draft()
    added(other, 2)
    with pytest.raises(NotNow):
        several(submission, [1, 2], obtained="made")
    assert not Exhibit.objects.exclude(obtained="").exists()


def test_only_documenters_and_only_before_hand_over(db):
    submission = draft()
    added(submission)
    for by in (member(submission.partner, roles.Approver.code), another_documenter()):
        with pytest.raises(NotAllowed):
            several(submission, [1], by=by, obtained="made")
    version = handed_over()
    with pytest.raises(NotNow):
        several(version.submission, [1], obtained="made")


def test_chosen_ones_are_answered_in_one_form(client, submission, address):
    added(submission, 3)
    page = client.post(address, {"chosen": ["1", "3", "x", "²"]})
    assert page.status_code == 200
    assert 'name="numbers" value="1 3"' in words(page)
    assert "Save for all 2 exhibits" in words(page) and "example &lt;b&gt;" in page.content.decode()
    typed = {"numbers": "1 3", "recognisable": "nobody", "evidence_type": "video",
             "obtained": "made", "markers": ["minor"]}  # fmt: skip
    answer = client.post(address, typed)
    assert answer.status_code == 302
    done = submission.exhibits.filter(recognisable="nobody", evidence_type="video")
    assert [found.number for found in done] == [1, 3]
    assert submission.exhibits.get(number=2).obtained == ""
    assert "2 exhibits: saved." in words(client.get(answer["Location"]))


def test_a_plain_visit_takes_all_that_are_not_answered(client, submission, address):
    added(submission, 2)
    added(submission, recognisable="nobody", evidence_type="video", obtained="made")
    listed = words(client.get(f"{submission.get_absolute_url()}exhibits/"))
    assert "Answer for all 2 that are not answered" in listed
    assert listed.count('name="chosen"') == 3
    assert 'value="1 2"' in words(client.get(address))


def test_nothing_chosen_leads_back_with_a_sentence(client, submission, address):
    added(submission, recognisable="nobody", evidence_type="video", obtained="made")
    for ask in (client.post, client.get):
        answer = ask(address)
        assert answer.status_code == 302
        assert "Choose one or more exhibits first." in words(client.get(answer["Location"]))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Answer at least one question"),
        ({"identified_by": ["face"]}, "Answer as well that someone"),
        ({"identified_by": ["face"], "recognisable": "nobody"}, "Answer as well that someone"),
        ({"obtained": "stolen"}, "valid choice"),
    ],
)
def test_a_mistake_is_a_sentence_and_changes_nothing(client, submission, address, typed, sentence):
    added(submission, 2)
    page = client.post(address, {"numbers": "1 2"} | typed)
    assert page.status_code == 422
    assert sentence in words(page)
    assert 'value="1 2"' in words(page)
    assert changes() == 0


def test_readers_and_strangers_do_not_get_there(submission, address):
    added(submission)
    reader = signed_in(member(submission.partner, roles.Reader.code))
    assert 'name="chosen"' not in words(reader.get(f"{submission.get_absolute_url()}exhibits/"))
    stranger = signed_in(another_documenter())
    for client, status in ((reader, 403), (stranger, 404)):
        assert client.get(address).status_code == status
        assert client.post(address, {"numbers": "1", "obtained": "made"}).status_code == status


def test_after_hand_over_it_is_not_possible_now(db):
    version = handed_over()
    client = signed_in(version.submission.begun_by)
    address = f"{version.submission.get_absolute_url()}exhibits/answer/"
    assert client.post(address, {"numbers": "1", "obtained": "made"}).status_code == 409
