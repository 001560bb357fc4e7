"""全国汽车流通信息管理: settings, entry points and what all applications share."""

from autoflow.celery import app as celery_app

__all__ = ["celery_app"]
