"""The Celery application: one task a sweep, never a task a message (docs/decisions/0003)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("steadyweek")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
