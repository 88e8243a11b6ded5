"""`manage.py seed_demo`: an invented clinic with people, weeks of history and a week half done."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from people.models import Patient
from web.demo.seed import PASSWORD, Size, seed

ACCOUNTS = (
    ("patient@demo.example", "a patient with a day job"),
    ("counselor@demo.example", "leads the evening group"),
    ("coordinator@demo.example", "works the board"),
    ("director@demo.example", "sees both sites"),
    ("auditor@demo.example", "reads, never writes"),
)


class Command(BaseCommand):
    help = "Fills an empty database with a demo clinic; the same seed on the same day gives the same clinic."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patients", type=int, default=60, help="how many patients (2 to 100,000)")
        parser.add_argument("--weeks", type=int, default=12, help="weeks of history (2 to 104)")
        parser.add_argument("--seed", type=int, default=7, help="another number, another clinic")
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there are patients already")

    def handle(self, *args: Any, **options: Any) -> None:
        size = Size(options["patients"], options["weeks"], options["seed"])
        if not 2 <= size.patients <= 100_000:
            raise CommandError("--patients must be from 2 to 100,000.")
        if not 2 <= size.weeks <= 104:
            raise CommandError("--weeks must be from 2 to 104.")
        if not Patient.objects.exists():
            seed(size, now=timezone.now(), say=self.stdout.write)
        elif not options["if_empty"]:
            raise CommandError("The database has patients already; the demo clinic is only put into an empty one.")
        self._say_accounts()

    def _say_accounts(self) -> None:
        self.stdout.write(f"\nDemo accounts, all with the password {PASSWORD}")
        for email, what in ACCOUNTS:
            self.stdout.write(f"  {email:26} {what}")
        self.stdout.write("")
