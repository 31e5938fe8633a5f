"""From draft to approver and back, to a supplement, or withdrawn: who may, when, in which words."""

import pytest
from django.urls import reverse

from custody.models import Opening
from partners import roles
from submissions.actions import incidents, progress
from submissions.models import Submission
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    draft,
    handed_over,
)
from tests.partners.browser import words


def fresh(submission) -> Submission:
    return Submission.objects.select_related("partner", "compartment").get(pk=submission.pk)


def ready() -> Submission:
    submission = complete_draft()
    with acting(submission.begun_by):
        progress.make_ready(submission=submission, by=submission.begun_by)
    return fresh(submission)


def supplement() -> Submission:
    submission = handed_over().submission
    with acting(submission.begun_by):
        progress.begin_supplement(submission=submission, by=submission.begun_by)
    return fresh(submission)


def page_of(submission, user) -> str:
    return words(signed_in(user).get(submission.get_absolute_url()))


def test_the_task_list_leads_to_each_missing_answer(db):
    submission = complete_draft(recognisable="someone", identified_by=["face"], obtained="")
    page = page_of(submission, submission.begun_by)
    exhibit = submission.exhibits.get()
    names = [submission.reference, exhibit.reference]
    assert "Exhibit 1: how it was obtained" in page
    assert "Who can be recognised in exhibits: 1" in page
    assert f'href="{reverse("submissions:exhibit-detail", args=names)}"' in page
    assert "2 answers are missing" in page
    assert "Go to the next missing answer" in page
    assert "Ask an approver" not in page


def test_sealed_answers_of_incidents_are_looked_at_too(db):
    submission, by = complete_draft(), None
    by = submission.begun_by
    with acting(by):
        incidents.tell(incident=submission.incidents.get(), answers={"against": ""}, by=by)
    assert "Incident 1: what weakens it" in page_of(submission, by)
    answer = signed_in(by).post(f"{submission.get_absolute_url()}ready/")
    assert answer.status_code == 409


def test_looking_at_sealed_answers_is_one_opening(db):
    submission = complete_draft()
    for _visit in range(2):
        page_of(submission, submission.begun_by)
    assert Opening.objects.filter(by=submission.begun_by.reference).count() == 1


def test_a_documenter_asks_for_a_check_when_nothing_is_missing(db):
    submission = complete_draft()
    client = signed_in(submission.begun_by)
    page = words(client.get(submission.get_absolute_url()))
    assert "Nothing is missing" in page
    assert reverse("submissions:check", args=[submission.reference]) in page
    answer = client.post(f"{submission.get_absolute_url()}ready/")
    assert answer["Location"] == submission.get_absolute_url()
    assert fresh(submission).status == "ready"
    page = words(client.get(submission.get_absolute_url()))
    assert "any change takes it back" in page
    assert client.post(f"{submission.get_absolute_url()}ready/").status_code == 409


def test_an_incomplete_draft_is_not_made_ready(db):
    submission = draft()
    answer = signed_in(submission.begun_by).post(f"{submission.get_absolute_url()}ready/")
    assert answer.status_code == 409
    assert "Something is still missing" in words(answer)
    assert fresh(submission).status == "draft"


def test_the_page_names_who_drafts_and_who_approves(db):
    submission = complete_draft()
    both = member(submission.partner, roles.Documenter.code, roles.Approver.code)
    page = page_of(submission, both)
    assert page.count(both.display_name) >= 2
    with acting(both):
        incidents.add(submission=submission, by=both)
    context = signed_in(both).get(submission.get_absolute_url()).context
    assert both in context["approvers_who_changed"]
    assert both not in context["approvers"]


def test_an_approver_goes_from_a_ready_draft_to_the_hand_over(db):
    submission = ready()
    address = f"/submissions/{submission.get_absolute_url().split('/')[2]}/hand-over/"
    assert address in page_of(submission, approver(submission))
    assert address not in page_of(submission, submission.begun_by)


def test_an_approver_who_changed_it_is_told_that_another_hands_it_over(db):
    submission = complete_draft(by_approver=True)
    by = submission.begun_by
    with acting(by):
        progress.make_ready(submission=submission, by=by)
    page = page_of(submission, by)
    assert "You changed this draft; another approver hands it over." in page
    assert "Check and hand over" not in page


def test_sending_back_needs_a_note_that_stands_on_the_draft_until_it_is_offered_again(db):
    submission = ready()
    client = signed_in(approver(submission))
    address = f"{submission.get_absolute_url()}send-back/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"note": " "}).status_code == 422
    assert client.post(address, {"note": "Say when Incident 1 was."}).status_code == 302
    assert fresh(submission).status == "draft"
    page = page_of(submission, submission.begun_by)
    assert "An approver sent it back" in page and "Say when Incident 1 was." in page
    assert client.get(address).status_code == 409
    assert client.post(address, {"note": "Again."}).status_code == 409
    with acting(submission.begun_by):
        progress.make_ready(submission=submission, by=submission.begun_by)
    assert "An approver sent it back" not in page_of(submission, submission.begun_by)


def test_a_supplement_is_begun_and_given_up_by_pages(db):
    submission = handed_over().submission
    client = signed_in(submission.begun_by)
    here = submission.get_absolute_url()
    page = words(client.get(here))
    assert "Begin a supplement" in page and "Version 1" in page
    assert client.get(f"{here}supplement/give-up/").status_code == 409
    assert client.post(f"{here}supplement/").status_code == 302
    page = words(client.get(here))
    assert "will become version 2" in page
    assert client.post(f"{here}supplement/").status_code == 409
    assert client.get(f"{here}supplement/give-up/").status_code == 200
    assert fresh(submission).status == "draft"
    assert client.post(f"{here}supplement/give-up/").status_code == 302
    assert fresh(submission).status == "handed_over"


def test_withdrawing_needs_a_reason_and_a_tick_and_tells_the_recipients(db, withdrawals):
    submission = handed_over().submission
    by = approver(submission)
    client, address = signed_in(by), f"{submission.get_absolute_url()}withdraw/"
    page = words(client.get(address))
    assert "we can ask back, but not oblige" in page and "This cannot be undone." in page
    assert client.post(address, {"reason": "A person asked."}).status_code == 422
    assert client.post(address, {"sure": "on"}).status_code == 422
    assert withdrawals == []
    answer = client.post(address, {"reason": "A person asked.", "sure": "on"})
    assert answer.status_code == 302
    assert [told[1] for told in withdrawals] == [by]
    assert fresh(submission).status == "withdrawn"
    assert client.get(address).status_code == 409
    page = words(client.get(submission.get_absolute_url()))
    assert "Withdraw it" not in page and "Begin a supplement" not in page


STEPS = ("ready/", "send-back/", "supplement/", "supplement/give-up/", "withdraw/")


@pytest.mark.parametrize("step", STEPS)
def test_for_another_organisation_none_of_it_exists(db, step):
    submission = ready()
    client = signed_in(another_documenter())
    typed = {"note": "x", "reason": "x", "sure": "on"}
    assert client.post(f"{submission.get_absolute_url()}{step}", typed).status_code == 404


@pytest.mark.parametrize("step", STEPS)
def test_a_reader_is_refused_each_of_them(db, step):
    submission = ready()
    client = signed_in(member(submission.partner, roles.Reader.code))
    assert client.post(f"{submission.get_absolute_url()}{step}", {}).status_code == 403
    page = words(client.get(submission.get_absolute_url()))
    for words_of_a_button in ("Send back", "Withdraw it", "Ask an approver"):
        assert words_of_a_button not in page


@pytest.mark.parametrize(
    ("step", "role"),
    [
        ("ready/", roles.Approver.code),
        ("supplement/", roles.Approver.code),
        ("supplement/give-up/", roles.Approver.code),
        ("send-back/", roles.Documenter.code),
        ("withdraw/", roles.Documenter.code),
    ],
)
def test_documenters_and_approvers_keep_to_their_own_steps(db, step, role):
    submission = ready()
    client = signed_in(member(submission.partner, role))
    assert client.post(f"{submission.get_absolute_url()}{step}", {}).status_code == 403


def test_a_supplement_can_be_withdrawn_with_what_was_handed_over(db, withdrawals):
    submission = supplement()
    client = signed_in(approver(submission))
    assert "Withdraw it" in words(client.get(submission.get_absolute_url()))
    typed = {"reason": "Example.", "sure": "on"}
    assert client.post(f"{submission.get_absolute_url()}withdraw/", typed).status_code == 302
    assert len(withdrawals) == 1


def begin(client, **typed):
    return client.post("/submissions/begin/", typed)


def test_a_supplement_is_begun_from_the_first_question_and_stores_nothing_before(db):
    submission = handed_over().submission
    draft()
    client = signed_in(submission.begun_by)
    before = Submission.objects.count()
    answer = begin(client, kind="supplement")
    assert answer["Location"] == "/submissions/begin/supplement/"
    page = client.get(answer["Location"])
    assert page.context["rows"] == [submission]
    assert f'action="{reverse("submissions:begin-supplement", args=[submission.reference])}"' in (
        words(page)
    )
    assert Submission.objects.count() == before
    assert client.post(f"{submission.get_absolute_url()}supplement/").status_code == 302
    page = client.get("/submissions/begin/supplement/")
    assert page.context["rows"] == []
    assert "Nothing of your organisation is handed over" in words(page)


def test_the_choice_goes_through_all_pages_once_newest_first_and_own_only(db, monkeypatch):
    monkeypatch.setattr("submissions.views.drafts.PAGE", 2)
    made = [handed_over().submission for _n in range(3)]
    client = signed_in(made[0].begun_by)
    first = client.get("/submissions/begin/supplement/")
    second = client.get("/submissions/begin/supplement/", {"before": first.context["older"]})
    assert [*first.context["rows"], *second.context["rows"]] == made[::-1]
    assert second.context["older"] == ""
    assert (
        signed_in(another_documenter()).get("/submissions/begin/supplement/").context["rows"] == []
    )


def test_only_documenters_choose_what_to_supplement(db):
    client = signed_in(approver(handed_over().submission))
    assert client.get("/submissions/begin/supplement/").status_code == 403


def test_another_kind_still_needs_its_title(db):
    client = signed_in(draft().begun_by)
    assert begin(client, kind="information").status_code == 422
    assert begin(client, kind="supplement", title="x" * 500).status_code == 422
