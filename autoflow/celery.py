"""The Celery application: three queues, JSON only, no result backend; the database row is the job, Redis
only rings the bell.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "autoflow.settings.base")

app = Celery("autoflow")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["autoflow.common"])
