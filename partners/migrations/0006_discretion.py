"""A unit says whether its law knows no discretion (V10, D13)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0005_notification_rights")]
    operations = [
        migrations.AddField(
            "unit",
            "no_discretion",
            models.BooleanField(
                default=False, verbose_name="our law leaves no discretion whether to proceed"
            ),
        ),
    ]
