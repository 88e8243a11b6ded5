"""What the database itself holds: the trail is append-only; admissions, phases and leaves of one patient never overlap."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from people import trail_guard
from people.constraints import AddExclusion


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    trail_guard.install(schema_editor.connection)


def lift(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    trail_guard.lift(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.RunPython(install, lift),
        AddExclusion(
            table="people_admission",
            name="admission_no_overlap",
            elements="patient_id WITH =, daterange(admitted_on, discharged_on, '[]') WITH &&",
            where="true",
        ),
        AddExclusion(
            table="people_planphase",
            name="phase_no_overlap",
            elements="admission_id WITH =, daterange(starts_on, ends_on, '[]') WITH &&",
            where="true",
        ),
        AddExclusion(
            table="people_leave",
            name="leave_no_overlap",
            elements="admission_id WITH =, daterange(starts_on, ends_on, '[]') WITH &&",
            where="true",
        ),
    ]
