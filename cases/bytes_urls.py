"""Addresses of the bytes server that receive files of requests (PORTAL_BYTES_ORIGIN)."""

from django.urls import path

from cases.views import enclose

urlpatterns = [
    path("enclosures/<str:token>/", enclose.enclose, name="enclose"),
]
