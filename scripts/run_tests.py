"""`make test`: every test that this machine can run.

1. Look for PostgreSQL, Redis, Chromium and gettext; say in one line what is missing (and stop there under
   REQUIRE_SERVICES=1).
2. Where PostgreSQL answers, first run on SQLite, embedded, the tests that use a database.
3. Run everything, on PostgreSQL and Redis where they answer. This run comes last, so that the suite's own summary of
   all tests is the last thing printed; it does not start when the first one failed.
"""

import os
import subprocess
import sys

from tests import needs

PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal"]


def main(arguments: list[str]) -> int:
    """Run the tests, handing `arguments` on to pytest; returns the exit status of the run that ended it."""
    missing = needs.missing()
    if missing:
        print(f"Not found on this machine: {', '.join(missing)}. The tests that need them are left out.", flush=True)
        if os.environ.get("REQUIRE_SERVICES") == "1":
            print("REQUIRE_SERVICES=1 wants all: have them there, or name them by DATABASE_URL, REDIS_URL, CHROMIUM.")
            return 1
    postgres, redis = needs.postgres_url(), needs.redis_url()
    if postgres:
        print("On SQLite, the tests that use a database:", flush=True)
        status = _pytest(["--only-database", *arguments], database=None, redis=None)
        if status not in {0, 5}:  # 5: none of the tests asked for uses a database
            return status
    print(f"On {'PostgreSQL' if postgres else 'SQLite'}{' and Redis' if redis else ''}, all tests:", flush=True)
    return _pytest(arguments, database=postgres, redis=redis)


def _pytest(arguments: list[str], *, database: str | None, redis: str | None) -> int:
    environment = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    named = {"DATABASE_URL": database, "REDIS_URL": redis}
    environment.update({key: value for key, value in named.items() if value})
    return subprocess.run([*PYTEST, *arguments], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
