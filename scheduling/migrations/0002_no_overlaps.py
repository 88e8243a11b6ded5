"""On PostgreSQL: nobody is in two places at once (rule 2). SQLite keeps the promise by its immediate transactions."""

from django.db import migrations

from people.constraints import AddExclusion


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_initial"), ("people", "0002_guards")]

    operations = [
        AddExclusion(
            table="scheduling_booking",
            name="booking_no_overlap",
            elements="patient_id WITH =, tstzrange(starts_at, ends_at) WITH &&",
            where="live",
        ),
        AddExclusion(
            table="scheduling_sessioncounselor",
            name="lead_no_overlap",
            elements="counselor_id WITH =, tstzrange(starts_at, ends_at) WITH &&",
            where="live",
        ),
        AddExclusion(
            table="scheduling_session",
            name="session_room_no_overlap",
            elements="room_id WITH =, tstzrange(starts_at, ends_at) WITH &&",
            where="state <> 'cancelled'",
        ),
    ]
