"""Addresses of the bytes server that receive files (PORTAL_BYTES_ORIGIN)."""

from django.urls import path

from submissions.views import files_here, plain, supply, tus

urlpatterns = [
    path("uploads/", tus.upload_list, name="uploads"),
    path("uploads/here/", files_here.files_here, name="files-here"),
    path("uploads/<ref:reference>/", tus.upload, name="upload"),
    path("uploads/<ref:reference>/segments/", tus.segment_digests, name="segment-digests"),
    path("plain/<str:token>/", plain.plain_upload, name="plain-upload"),
    path("redacted/<str:token>/", supply.supply, name="supply-redaction"),
]
