"""Errors a user can mend; views catch these and nothing wider."""


class BusinessError(Exception):
    """A broken business rule, said in Chinese to the person who can mend it.

    `status` is the HTTP answer where no form can show the message; `findings` names the fields where
    there are several.
    """

    status = 422

    def __init__(self, message, *, findings=()):
        super().__init__(message)
        self.findings = list(findings)


class ConflictError(BusinessError):
    """Somebody else was faster: the row changed since the user read it."""

    status = 409


class TooManyRequests(BusinessError):
    """A limit against guessing or flooding is reached."""

    status = 429
