"""The addresses of the product and those of the form only tests know."""

from django.urls import include, path

from autoflow.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns = [*urlpatterns, path("appraisal/", include("tests.reporting.appraisal.urls"))]
