from reporting.urls import report_urls

app_name = "appraisal"
urlpatterns = report_urls("quarter", "appraisal")
