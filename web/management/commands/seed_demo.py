"""`manage.py seed_demo`: an invented clinic with people, weeks of history and a week half done."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from people.models import Patient, User
from web.demo.seed import ACCOUNTS, PASSWORD, Size, seed

MOST_PATIENTS = 300_000
MOST_WEEKS = 104


class Command(BaseCommand):
    help = "Fill an empty database with a demo clinic; the same seed at the same moment gives the same clinic."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patients", type=int, default=60, help="how many people (1 to 300,000; default 60)")
        parser.add_argument("--weeks", type=int, default=12, help="weeks of history (1 to 104; default 12)")
        parser.add_argument("--seed", type=int, default=7, help="another number, another clinic (default 7)")
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there are patients already")

    def handle(self, *args: Any, **options: Any) -> None:
        size = Size(options["patients"], options["weeks"], options["seed"])
        if not 1 <= size.patients <= MOST_PATIENTS:
            raise CommandError(f"--patients must be from 1 to {MOST_PATIENTS:,}.")
        if not 1 <= size.weeks <= MOST_WEEKS:
            raise CommandError(f"--weeks must be from 1 to {MOST_WEEKS}.")
        if not (Patient.objects.exists() or self._has_accounts()):
            self.stdout.write(f"Making a demo clinic of {size.patients:,} patients ...")
            seed(size, now=timezone.now(), say=self.stdout.write)
        elif not options["if_empty"]:
            raise CommandError(
                "This database has patients already; the demo clinic is only put into an empty one. "
                "Name another by DATABASE_URL, or add --if-empty to leave this one as it is."
            )
        self._say_accounts()

    def _say_accounts(self) -> None:
        """In development, how to sign in; nothing where this is no demo."""
        if not settings.DEBUG or not self._has_accounts():
            return
        self.stdout.write(f"\nDemo accounts, all with the password {PASSWORD}")
        for email, what in ACCOUNTS:
            self.stdout.write(f"  {email:26} {what}")
        self.stdout.write("")

    def _has_accounts(self) -> bool:
        return User.objects.filter(email__in=[email for email, _ in ACCOUNTS]).exists()
