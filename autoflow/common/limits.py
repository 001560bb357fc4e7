"""A limit on how often one address may ask, for pages open to everybody."""

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

from autoflow.common.errors import TooManyRequests

logger = logging.getLogger(__name__)


def ensure_not_flooded(what: str, address: str, *, limit: int, seconds: int) -> None:
    """Count one request and refuse those beyond the limit; while Redis is away everybody passes."""
    key = f"limit:{what}:{address}"
    try:
        cache.add(key, 0, seconds)
        count = cache.incr(key)
    except (RedisError, ValueError):  # ValueError: the count ran out between the two calls
        logger.warning("limit not counted", extra={"limit": what})
        return
    if count > limit:
        raise TooManyRequests("查询过于频繁，请稍候一分钟再试。")
