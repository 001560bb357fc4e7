from django.apps import AppConfig


class AppraisalConfig(AppConfig):
    name = "tests.reporting.appraisal"
    label = "appraisal"
    verbose_name = "鉴定评估季度报表"
