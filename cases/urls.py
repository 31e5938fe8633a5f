"""Addresses of what follows a hand-over."""

from django.urls import path

from cases.views import advising, corresponding, given, opening, publishing, referrals, unit

app_name = "cases"
_ONE = "referrals/<ref:reference>/"
_ASSIGNED = f"{_ONE}assignments/<ref:assignment>/"
urlpatterns = [
    path("referrals/", referrals.referral_list, name="referral-list"),
    path(_ONE, referrals.referral, name="referral"),
    path(f"{_ONE}acknowledge/", publishing.acknowledge, name="acknowledge"),
    path(f"{_ONE}conditions/<ref:condition>/", publishing.condition, name="condition"),
    path(f"{_ONE}publish/", publishing.publish, name="publish"),
    path(f"{_ONE}decide/", publishing.decide, name="decide"),
    path(f"{_ONE}feedback/", publishing.feedback, name="feedback"),
    path(f"{_ONE}take/", publishing.take, name="take"),
    path(f"{_ONE}became/", publishing.dispose, name="dispose"),
    path(f"{_ONE}assign/", unit.assign, name="assign"),
    path(f"{_ASSIGNED}end/", unit.unassign, name="unassign"),
    path(f"{_ASSIGNED}no-conflict/", unit.no_conflict, name="no-conflict"),
    path(f"{_ONE}assess/", unit.assess, name="assess"),
    path(f"{_ONE}note/", unit.note, name="note"),
    path(f"{_ONE}ask/", corresponding.ask, name="ask"),
    path(f"{_ONE}write/", corresponding.write, name="write"),
    path(f"{_ONE}open/", opening.open_exhibits, name="open"),
    path(f"{_ONE}opened/", opening.opened, name="opened"),
    path("given/<ref:reference>/", given.given, name="given"),
    path("advice/<ref:reference>/", advising.advice, name="advice"),
]
