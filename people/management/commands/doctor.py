"""Says whether what the database must hold by itself still stands."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from people.append_only import GUARDED


class Command(BaseCommand):
    help = "Checks the guards that live in the database; ends with an error where one is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        bare = [one.table for one in GUARDED if not one.stands(connection)]
        if bare:
            tables = ", ".join(bare)
            raise CommandError(f"Triggers are missing on {tables}. Run `manage.py migrate`, which puts them back.")
        for one in GUARDED:
            self.stdout.write(one.says)
