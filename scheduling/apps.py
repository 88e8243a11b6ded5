"""The promise: work hours, series, sessions, bookings, waitlists."""

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from people.append_only import guard
        from people.models.patient import COUNSELOR_REACH
        from scheduling import permissions, receivers  # noqa: F401
        from scheduling.make_up_guard import MAKE_UPS
        from scheduling.models.session import on_sessions_led_by

        guard(MAKE_UPS, app=self)
        if on_sessions_led_by not in COUNSELOR_REACH:
            COUNSELOR_REACH.append(on_sessions_led_by)
