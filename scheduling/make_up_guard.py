"""A make-up is of the person who missed, and what it makes up for was missed or given up: in the database itself.

No CHECK can look at another row. The triggers name their own table only, so that SQLite may remake any other.
"""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from people.append_only import all_stand, execute

TABLE = "scheduling_booking"
REFUSES = "booking_makes_up_for_missed"
"""What the database says where it refuses; the services turn it into their own refusal."""

MISSED = """EXISTS (
    SELECT 1 FROM scheduling_booking AS missed
    WHERE missed.id = NEW.makes_up_for_id AND missed.patient_id = NEW.patient_id
      AND ((missed.marked_at IS NOT NULL AND missed.counted_minutes = 0) OR missed.status = 'cancelled'))"""

CHANGED = """NEW.makes_up_for_id IS NOT NULL AND
    (OLD.makes_up_for_id {differs} NEW.makes_up_for_id OR OLD.patient_id {differs} NEW.patient_id)"""


@dataclass(frozen=True)
class MakeUpGuard:
    """The triggers on bookings."""

    table: str = TABLE
    prefix: str = "booking_make_up"
    says: str = "A make-up is for what the same person missed."

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Put the triggers on the table; does nothing where they stand already."""
        execute(connection, _ON_POSTGRES if connection.vendor == "postgresql" else _ON_SQLITE)

    def lift(self, connection: BaseDatabaseWrapper) -> None:
        """Take the triggers off; only tests do."""
        on = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
        execute(connection, [f"DROP TRIGGER IF EXISTS {name}{on}" for name in _NAMES])

    def stands(self, connection: BaseDatabaseWrapper) -> bool:
        """Whether both are on the table."""
        return all_stand(connection, _NAMES)


_NAMES = ["booking_make_up_made", "booking_make_up_changed"]

_ON_SQLITE = [
    f"""CREATE TRIGGER IF NOT EXISTS booking_make_up_made BEFORE INSERT ON {TABLE}
        WHEN NEW.makes_up_for_id IS NOT NULL AND NOT {MISSED}
        BEGIN SELECT RAISE(ABORT, '{REFUSES}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS booking_make_up_changed BEFORE UPDATE ON {TABLE}
        WHEN {CHANGED.format(differs="IS NOT")} AND NOT {MISSED}
        BEGIN SELECT RAISE(ABORT, '{REFUSES}'); END""",
]

_ON_POSTGRES = [
    f"""
    CREATE OR REPLACE FUNCTION booking_make_up_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT {MISSED} THEN
        RAISE EXCEPTION '{REFUSES}' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE OR REPLACE TRIGGER booking_make_up_made BEFORE INSERT ON {TABLE}
      FOR EACH ROW WHEN (NEW.makes_up_for_id IS NOT NULL) EXECUTE FUNCTION booking_make_up_refuse();
    CREATE OR REPLACE TRIGGER booking_make_up_changed BEFORE UPDATE ON {TABLE}
      FOR EACH ROW WHEN ({CHANGED.format(differs="IS DISTINCT FROM")}) EXECUTE FUNCTION booking_make_up_refuse();
    """
]

MAKE_UPS = MakeUpGuard()
