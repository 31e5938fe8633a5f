"""Addresses of submissions, their exhibits, incidents and cover sheet."""

from django.urls import path

from submissions.views import (
    check,
    cover_sheets,
    drafts,
    exclusions,
    exhibit_answers,
    exhibits,
    exhibits_together,
    hard_stops,
    incidents,
    progress,
    unsaved,
)

app_name = "submissions"
_ONE = "submissions/<ref:reference>/"
_EXHIBIT = _ONE + "exhibits/<ref:exhibit>/"
_INCIDENT = _ONE + "incidents/<ref:incident>/"
urlpatterns = [
    path("never-to/", exclusions.exclusion_list, name="exclusion-list"),
    path("never-to/add/", exclusions.exclude, name="exclude"),
    path("never-to/<ref:reference>/lift/", exclusions.lift, name="exclusion-lift"),
    path("submissions/begin/", drafts.begin, name="begin"),
    path("submissions/begin/supplement/", drafts.choose_earlier, name="choose-earlier"),
    path(_ONE, drafts.submission_detail, name="submission-detail"),
    path(_ONE + "title/", drafts.change_title, name="change-title"),
    path(_ONE + "check/", check.check, name="check"),
    path(_ONE + "ready/", progress.make_ready, name="make-ready"),
    path(_ONE + "send-back/", progress.send_back, name="send-back"),
    path(_ONE + "supplement/", progress.begin_supplement, name="begin-supplement"),
    path(_ONE + "supplement/give-up/", progress.give_up_supplement, name="give-up-supplement"),
    path(_ONE + "withdraw/", progress.withdraw, name="withdraw"),
    path(_ONE + "keep/", progress.keep, name="keep"),
    path(_ONE + "exhibits/", exhibits.exhibit_list, name="exhibit-list"),
    path(_ONE + "exhibits/before/", hard_stops.before_files, name="before-files"),
    path(_ONE + "exhibits/not-here/", hard_stops.not_here, name="not-here"),
    path(_ONE + "exhibits/describe/", exhibits.add_without_file, name="add-without-file"),
    path(_ONE + "exhibits/answer/", exhibits_together.answer, name="exhibits-answer"),
    path(_EXHIBIT, exhibit_answers.exhibit_detail, name="exhibit-detail"),
    path(_EXHIBIT + "brings/", exhibit_answers.bring, name="exhibit-brings"),
    path(_EXHIBIT + "collected/", exhibit_answers.collected, name="exhibit-collected"),
    path(_EXHIBIT + "steps/", exhibit_answers.steps, name="exhibit-steps"),
    path(_EXHIBIT + "correct/", exhibits.correct, name="exhibit-correct"),
    path(_EXHIBIT + "take-out/", exhibits.remove, name="exhibit-remove"),
    path(_EXHIBIT + "give-up/", exhibits.give_up, name="exhibit-give-up"),
    path(_EXHIBIT + "open/", exhibits.open_file, name="exhibit-open"),
    path(_EXHIBIT + "opened/<ref:opening>/", exhibits.opened, name="exhibit-opened"),
    path(_ONE + "incidents/", incidents.incident_list, name="incident-list"),
    path(_ONE + "incidents/add/", incidents.add, name="incident-add"),
    path(_INCIDENT, incidents.incident_detail, name="incident-detail"),
    path(_INCIDENT + "what/", incidents.what, name="incident-what"),
    path(_INCIDENT + "when/", incidents.when, name="incident-when"),
    path(_INCIDENT + "when/<slug:precision>/", incidents.dates, name="incident-dates"),
    path(_INCIDENT + "where/", incidents.where, name="incident-where"),
    path(_INCIDENT + "conduct/", incidents.conducts, name="incident-conduct"),
    path(_INCIDENT + "conduct/more/", incidents.conducts_more, name="incident-conduct-more"),
    path(_INCIDENT + "context/", incidents.context, name="incident-context"),
    path(_INCIDENT + "law/", incidents.law, name="incident-law"),
    path(_INCIDENT + "take-out/", incidents.remove, name="incident-remove"),
    path(_ONE + "unsaved/<slug:page>/", unsaved.keep, name="unsaved"),
    path(_ONE + "unsaved/<slug:page>/discard/", unsaved.discard, name="unsaved-discard"),
    path(_ONE + "cover-sheet/", cover_sheets.cover_sheet, name="cover-sheet"),
]
