"""All addresses of the product; each app names its own."""

from django.conf import settings
from django.urls import include, path

from accounts.help import help_page
from autoflow.common import health
from autoflow.common.gallery import gallery
from filing.views.prints import verify
from reviews.views.home import home

urlpatterns = [
    path("", home, name="home"),
    path("help/", help_page, name="help"),
    path("accounts/", include("accounts.urls")),
    path("catalog/", include("catalog.urls")),
    path("filing/", include("filing.urls")),
    path("reports/", include("reporting.urls")),
    path("newcar/", include("newcar.urls")),
    path("usedcar/", include("usedcar.urls")),
    path("reviews/", include("reviews.urls")),
    path("verify/<str:token>/", verify, name="verify"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
if settings.DEBUG:
    urlpatterns.append(path("gallery/", gallery, name="gallery"))

handler400 = "autoflow.common.error_pages.bad_request"
handler403 = "autoflow.common.error_pages.permission_denied"
handler404 = "autoflow.common.error_pages.page_not_found"
handler500 = "autoflow.common.error_pages.server_error"
