"""Every address of the portal."""

from django.conf import settings
from django.urls import include, path, register_converter

from impna import views
from impna.references import ReferenceConverter

register_converter(ReferenceConverter, "ref")

handler400 = "impna.views.bad_request"
handler403 = "impna.views.forbidden"
handler404 = "impna.views.not_found"
handler500 = "impna.views.server_error"

urlpatterns = [
    # First: a file of one GiB is a thousand requests.
    path("bytes/", include("submissions.bytes_urls")),
    path("bytes/", include("custody.bytes_urls")),
    path("bytes/", include("cases.bytes_urls")),
    path("", views.desk, name="desk"),
    path("help/", views.help_page, name="help"),
    path("language/", views.set_language, name="set-language"),
    path("", include("partners.urls")),
    # First: its list of submissions also says what became of them.
    path("", include("cases.urls")),
    path("", include("submissions.urls")),
]

if settings.DEMO:
    from impna.gallery import gallery

    urlpatterns += [
        path("demonstration/", views.demo, name="demo"),
        path("gallery/", gallery, name="gallery"),
    ]
