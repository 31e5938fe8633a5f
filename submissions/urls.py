"""Addresses of submissions, their exhibits, incidents and cover sheet."""

from django.urls import path

from submissions.views import cover_sheets, drafts, exhibits, incidents

app_name = "submissions"
_ONE = "submissions/<ref:reference>/"
_EXHIBIT = _ONE + "exhibits/<ref:exhibit>/"
_INCIDENT = _ONE + "incidents/<ref:incident>/"
urlpatterns = [
    path("submissions/", drafts.submission_list, name="submission-list"),
    path("submissions/begin/", drafts.begin, name="begin"),
    path(_ONE, drafts.submission_detail, name="submission-detail"),
    path(_ONE + "title/", drafts.change_title, name="change-title"),
    path(_ONE + "exhibits/", exhibits.exhibit_list, name="exhibit-list"),
    path(_ONE + "exhibits/describe/", exhibits.add_without_file, name="add-without-file"),
    path(_EXHIBIT, exhibits.exhibit_detail, name="exhibit-detail"),
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
    path(_ONE + "cover-sheet/", cover_sheets.cover_sheet, name="cover-sheet"),
]
