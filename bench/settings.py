"""The product's own settings, beside which the floors answer."""

from config.settings import dev
from config.settings.dev import *  # noqa: F403

DEBUG = False
ROOT_URLCONF = "bench.urls"
# The bare feed takes the same short way as the product's.
_SHORT_WAY = dev.MIDDLEWARE.index("notifications.middleware.CalendarFeedMiddleware")
MIDDLEWARE = [*dev.MIDDLEWARE[:_SHORT_WAY], "bench.floors.BareFeedMiddleware", *dev.MIDDLEWARE[_SHORT_WAY:]]
# A refusal is an answer here, not news.
LOGGING = {
    **dev.LOGGING,
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {**dev.LOGGING["loggers"], "django.request": {"level": "ERROR"}},
}
