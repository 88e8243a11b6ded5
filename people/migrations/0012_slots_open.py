from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0011_make_up_days"),
    ]

    operations = [
        migrations.AddField(
            model_name="program",
            name="slots_open_before_hours",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
    ]
