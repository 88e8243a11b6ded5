"""A bearer token for an account."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from knox.models import AuthToken

from people.models import User
from people.services.trail import record


class Command(BaseCommand):
    """Prints a new token, and nothing else, on standard output; only its digest is kept."""

    help = "Print a bearer token for the API, for the account with this e-mail address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active account with the address {email}.")
        with transaction.atomic():
            _, token = AuthToken.objects.create(user)
            record("token_issued", user, actor=None, now=timezone.now())
        self.stdout.write(token)
