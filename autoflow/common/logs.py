"""Log filters: every line carries the request id; identity numbers, phones and the tokens of links never
reach a log.
"""

import logging
import re

from autoflow.common import identity

_PERSONAL = re.compile(r"(?<!\d)(\d{3})(?:\d{12}|\d{13})(\d[\dXx])(?!\d)|(?<!\d)(1[3-9]\d)\d{6}(\d{2})(?!\d)")
_TOKEN_IN_PATH = re.compile(r"(?<=/)[\w-]{43}(?=/)", re.ASCII)


def _masked(match):
    head, tail, phone_head, phone_tail = match.groups()
    return f"{head or phone_head}****{tail or phone_tail}"


def mask_personal(text):
    """The text with everything masked that looks like a resident ID number, a mobile number or the token of a
    one-time link.
    """
    return _TOKEN_IN_PATH.sub("****", _PERSONAL.sub(_masked, text))


class RequestIdentity(logging.Filter):
    """Adds request_id and user_id to a record."""

    def filter(self, record):
        record.request_id = identity.request_id()
        record.user_id = identity.user_id()
        return True


class PersonalDataMask(logging.Filter):
    """The last wall: masks numbers in the finished message and the traceback; Django's own `request` goes,
    for it shows the query.
    """

    def filter(self, record):
        record.__dict__.pop("request", None)
        record.msg, record.args = mask_personal(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = mask_personal(logging.Formatter().formatException(record.exc_info))
        return True
