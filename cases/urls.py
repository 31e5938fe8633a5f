"""Addresses of what follows a hand-over."""

from django.urls import path

from cases.views import (
    advising,
    corresponding,
    enclosures,
    given,
    given_of_people,
    hand_over,
    opening,
    publishing,
    receipts,
    referrals,
    requests,
    showing,
    submissions,
    two_people,
    unit,
)

app_name = "cases"
_ONE = "referrals/<ref:reference>/"
_ASSIGNED = f"{_ONE}assignments/<ref:assignment>/"
_SUBMISSION = "submissions/<ref:reference>/"
_PEOPLE = f"{_SUBMISSION}given/people/"
_RECEIPT = f"{_SUBMISSION}versions/<int:number>/receipt/"
_GIVEN = "given/<ref:reference>/"
_FILES = "requests/<ref:request_reference>/files/"
urlpatterns = [
    # The recipient's side.
    path("referrals/", referrals.referral_list, name="referral-list"),
    path(_ONE, referrals.referral, name="referral"),
    path(f"{_ONE}acknowledge/", publishing.acknowledge, name="acknowledge"),
    path(f"{_ONE}conditions/<ref:condition>/", publishing.condition, name="condition"),
    path(f"{_ONE}publish/", publishing.publish, name="publish"),
    path(f"{_ONE}decide/", publishing.decide, name="decide"),
    path(f"{_ONE}feedback/", publishing.feedback, name="feedback"),
    path(f"{_ONE}take/", publishing.take, name="take"),
    path(f"{_ONE}became/", publishing.dispose, name="dispose"),
    path(f"{_ONE}recalls/<ref:recall>/", publishing.recalled, name="recalled"),
    path(f"{_ONE}assign/", unit.assign, name="assign"),
    path(f"{_ASSIGNED}end/", unit.unassign, name="unassign"),
    path(f"{_ASSIGNED}no-conflict/", unit.no_conflict, name="no-conflict"),
    path(f"{_ONE}assess/", unit.assess, name="assess"),
    path(f"{_ONE}note/", unit.note, name="note"),
    path(f"{_ONE}ask/", corresponding.ask, name="ask"),
    path(f"{_ONE}{_FILES}", enclosures.enclosures, name="enclosures"),
    path(f"{_ONE}{_FILES}<ref:enclosure>/", enclosures.enclosure, name="enclosure"),
    path(f"{_ONE}write/", corresponding.write, name="write"),
    path(f"{_ONE}open/", opening.open_exhibits, name="open"),
    path(f"{_ONE}opened/", opening.opened, name="opened"),
    path(f"{_ONE}two-people/", two_people.ask, name="two-people"),
    path(f"{_ONE}two-people/answer/", two_people.answer, name="two-people-answer"),
    # The sender's side.
    path("submissions/", submissions.submission_list, name="submission-list"),
    path(f"{_SUBMISSION}hand-over/", hand_over.hand_over, name="hand-over"),
    path(f"{_SUBMISSION}refer/", hand_over.refer, name="refer"),
    path(f"{_SUBMISSION}ask/", advising.ask, name="ask-advice"),
    path(f"{_SUBMISSION}given/", given.given_list, name="given-list"),
    path(_PEOPLE, given_of_people.given_people, name="given-people"),
    path(f"{_PEOPLE}<ref:person>/", given_of_people.given_person, name="given-person"),
    path(f"{_PEOPLE}<ref:person>/paper/", given_of_people.given_paper, name="given-paper"),
    path(_RECEIPT, receipts.receipt, name="receipt"),
    path(f"{_RECEIPT}long/", receipts.long_receipt, name="receipt-long"),
    path(f"{_RECEIPT}list/", receipts.list_of_files, name="receipt-list"),
    path(_GIVEN, given.given, name="given"),
    path(f"{_GIVEN}recall/", given.recall, name="recall"),
    path(f"{_GIVEN}again/", given.give_again, name="give-again"),
    path(f"{_GIVEN}conditions/<ref:condition>/", given.waive, name="waive"),
    path(f"{_GIVEN}requests/<ref:request_reference>/", requests.answer, name="answer"),
    path(f"{_GIVEN}{_FILES}<ref:enclosure>/", enclosures.given_enclosure, name="given-enclosure"),
    # Advice, both sides.
    path("advice/", advising.advice_list, name="advice-list"),
    path("advice/<ref:reference>/", advising.advice, name="advice"),
    path("advice/<ref:reference>/open/", showing.open_shown, name="open-shown"),
]
