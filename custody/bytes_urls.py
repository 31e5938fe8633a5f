"""Addresses of the bytes server that give opened files."""

from django.urls import path

from custody import views

urlpatterns = [
    path("opened/<ref:opening>/<ref:file>/", views.opened_file, name="opened-file"),
]
