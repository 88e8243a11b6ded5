"""For the test suite: quick hashing, mail in memory, the same databases as everywhere else."""

import tempfile
from pathlib import Path

from config.settings.base import *  # noqa: F403

SECRET_KEY = "only for the tests"
ALLOWED_HOSTS = ["*"]
DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
OUTBOX_DIR = Path(tempfile.gettempdir()) / "steadyweek-test-outbox"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"
ACCOUNT_RATE_LIMITS = False
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}  # noqa: F405
CELERY_TASK_ALWAYS_EAGER = False
# Each test's client makes the middleware anew; looking up a file when it is asked for spares reading all of them then.
WHITENOISE_AUTOREFRESH = True
