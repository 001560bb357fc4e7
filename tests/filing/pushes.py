"""How many words were left for the traffic police."""

from django.apps import apps

from filing.services import cancellation, decisions, supervision

OUTBOX = "filing.PushMessage"


class Pushes:
    """Calls of `queue_push`, or the rows it wrote."""

    def __init__(self, monkeypatch):
        self.calls = []
        for module in (cancellation, decisions, supervision):
            queue = module.queue_push
            monkeypatch.setattr(module, "queue_push", lambda filing, queue=queue: self._note(filing, queue))

    def _note(self, filing, queue):
        self.calls.append((filing.pk, filing.status))
        queue(filing)

    def count(self):
        return apps.get_model(OUTBOX).objects.count()
