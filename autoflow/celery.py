"""The Celery application: three queues, JSON only, no result backend; the database row is the job, Redis
only rings the bell.
"""

import os

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "autoflow.settings.base")

NICENESS = 10

app = Celery("autoflow")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["autoflow.common"])


@worker_process_init.connect
def give_way(**_):
    """An import or an export takes every core it gets; pages, for which somebody waits, come before it."""
    os.nice(NICENESS)
