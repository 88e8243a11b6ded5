"""The product's own settings, beside which the floors answer."""

from config.settings.dev import *  # noqa: F403

DEBUG = False
ROOT_URLCONF = "bench.urls"
# The bare feed takes the same short way as the product's.
_SHORT_WAY = MIDDLEWARE.index("notifications.middleware.CalendarFeedMiddleware")  # noqa: F405
MIDDLEWARE = [*MIDDLEWARE[:_SHORT_WAY], "bench.floors.BareFeedMiddleware", *MIDDLEWARE[_SHORT_WAY:]]  # noqa: F405
LOGGING = {**LOGGING, "root": {"handlers": ["console"], "level": "WARNING"}}  # noqa: F405
