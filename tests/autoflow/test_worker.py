import os

from celery.signals import worker_process_init


def test_processes_of_the_worker_give_way_to_pages(monkeypatch):
    steps = []
    monkeypatch.setattr(os, "nice", steps.append)
    worker_process_init.send(sender=None)
    assert steps == [10]
