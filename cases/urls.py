"""Addresses of what follows a hand-over."""

from django.urls import path

from cases.views import advising, given, referrals

app_name = "cases"
urlpatterns = [
    path("referrals/<ref:reference>/", referrals.referral, name="referral"),
    path("given/<ref:reference>/", given.given, name="given"),
    path("advice/<ref:reference>/", advising.advice, name="advice"),
]
