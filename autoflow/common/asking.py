"""Questions that many parts of one page ask: its menu, its buttons, its list."""

from contextvars import ContextVar
from functools import wraps

from django.utils.decorators import sync_only_middleware

from autoflow.common.requests import SAFE_METHODS

_answers = ContextVar("answers", default=None)


def once_a_page(question):
    """Ask about a person once for each page that is only read; a service that writes asks the database anew
    each time.
    """

    @wraps(question)
    def ask(user):
        answers = _answers.get()
        if answers is None:
            return question(user)
        key = question, user.pk
        if key not in answers:
            answers[key] = question(user)
        return answers[key]

    return ask


@sync_only_middleware
def page_memory(get_response):
    """A request that may change nothing remembers its answers until it ends."""

    def middleware(request):
        token = _answers.set({} if request.method in SAFE_METHODS else None)
        try:
            return get_response(request)
        finally:
            _answers.reset(token)

    return middleware
