"""Who: accounts, sites, programs, patients, their plans, and the trail of every look and change."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PeopleConfig(AppConfig):
    name = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from people import permissions  # noqa: F401
        from people.trail_guard import restore_guards

        post_migrate.connect(restore_guards, sender=self)
