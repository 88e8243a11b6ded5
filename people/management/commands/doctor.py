"""Says whether what the database must hold by itself still stands."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from people import trail_guard


class Command(BaseCommand):
    help = "Checks the guards that live in the database; ends with an error where one is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        if not trail_guard.stands(connection):
            raise CommandError("The trail's triggers are missing. Run `manage.py migrate`, which puts them back.")
        self.stdout.write("The trail is append-only.")
