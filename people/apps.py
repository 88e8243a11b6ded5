"""Who: accounts, sites, programs, patients, their plans, and the trail of every look and change."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from people import permissions  # noqa: F401
        from people.append_only import guard
        from people.trail_guard import TRAIL

        guard(TRAIL, app=self)
