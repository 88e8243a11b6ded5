"""The product's own settings for processes that are to be killed: they can stand still, and beat is in a hurry."""

from config.settings import dev
from config.settings.dev import *  # noqa: F403
from tests.attendance import standing_still

standing_still.install()
DEBUG = False
MIDDLEWARE = ["tests.attendance.standing_still.StandsStillMiddleware", *dev.MIDDLEWARE]
CELERY_BEAT_SCHEDULE = {
    name: {**sweep, "schedule": 0.5, "options": {"expires": 5}}
    for name, sweep in dev.CELERY_BEAT_SCHEDULE.items()
    if name in {"recount-weeks", "evaluate-flags", "queue-reminders", "deliver-messages"}
}
