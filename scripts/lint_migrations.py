"""`make migrations`: would each migration be safe on a live database that the previous release still uses?

The statements are read, never run. They are PostgreSQL's where one answers, and SQLite's where none does.
"""

import os
import sys
from urllib.parse import urlsplit

import django

from tests import needs

APPS = ["people", "scheduling", "attendance", "notifications"]
SAFE = ["0015_make_ups"]
"""Read by hand: unique in a column that the same migration adds, and that the previous release leaves empty."""


def main() -> int:
    """Lint the migrations of the product's own apps; 1 when one would break a running release."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    postgres = needs.postgres_url()
    if postgres:
        # A database that every server has: nothing is written, so nothing need be there.
        os.environ["DATABASE_URL"] = urlsplit(postgres)._replace(path="/postgres").geturl()
    django.setup()
    from django_migration_linter import MigrationLinter

    quiet = ["ok", "ignore"]
    linter = MigrationLinter(
        include_apps=APPS, ignore_name=SAFE, no_cache=True, quiet=quiet, ignore_initial_migrations=True
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return int(linter.has_errors)


if __name__ == "__main__":
    sys.exit(main())
