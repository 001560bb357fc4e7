"""Addresses of the new-car reports."""

from newcar.annual import NewcarAnnual
from newcar.monthly import NewcarMonthly
from reporting.urls import report_urls

app_name = "newcar"
urlpatterns = [*report_urls("monthly", NewcarMonthly.key), *report_urls("annual", NewcarAnnual.key)]
