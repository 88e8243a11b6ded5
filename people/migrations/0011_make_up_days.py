from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0010_travel"),
    ]

    operations = [
        migrations.AddField(
            model_name="program",
            name="make_up_days",
            field=models.PositiveSmallIntegerField(db_default=35, default=35),
        ),
    ]
