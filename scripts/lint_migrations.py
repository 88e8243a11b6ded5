"""`make migrations`: would each migration be safe on a live PostgreSQL that the previous release still uses?"""

import os
import sys

import django

APPS = ["people", "scheduling", "attendance", "notifications"]


def main() -> int:
    """Lint the migrations of the product's own apps; 1 when one would break a running release."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    from django_migration_linter import MigrationLinter

    linter = MigrationLinter(
        include_apps=APPS,
        no_cache=True,
        quiet=["ok", "ignore"],
        analyser_string="postgresql",
        ignore_initial_migrations=True,
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return int(linter.has_errors)


if __name__ == "__main__":
    sys.exit(main())
