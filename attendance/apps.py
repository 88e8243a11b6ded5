"""The fact: who came, what counts, and how each week stands."""

from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "attendance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from attendance import permissions, receivers  # noqa: F401
        from attendance.evidence_guard import AMENDMENTS, REVISIONS
        from people.append_only import guard

        for table in (AMENDMENTS, REVISIONS):
            guard(table, app=self)
