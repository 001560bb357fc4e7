"""A table of transitions on a model: what may follow what is data, refusals are business errors."""

from autoflow.common.errors import ConflictError


class StateMachine:
    """Gives a model `can(action)` and `move(action)`; the model names TRANSITIONS {action: (from
    statuses, to status)}.
    """

    def can(self, action):
        """Whether the action may start from the present status."""
        sources, _ = self.TRANSITIONS[action]
        return self.status in sources

    def move(self, action):
        """Set the status the action ends in, or refuse; the caller holds the row lock and saves."""
        if not self.can(action):
            raise ConflictError(
                f"当前状态为“{self.get_status_display()}”，不能{action.label}。可能已由他人处理，请刷新后查看。"
            )
        _, self.status = self.TRANSITIONS[action]
