"""What leaves the building: reminders, messages, calendar feeds."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from notifications import permissions, receivers  # noqa: F401
        from notifications.services import change_notices, digests  # noqa: F401 - they judge their own messages
