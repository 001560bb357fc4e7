"""What the traffic police must hear of, written in the transaction of the step that caused it."""

from filing.models import Filing


def queue_push(filing: Filing) -> None:
    """Leave word for the traffic police that this version (its state, types and images) is what holds now.

    Called inside the transaction of every confirmation, confirmed change, suspension, resumption and
    cancellation.
    """
