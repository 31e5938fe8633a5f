"""An item whose time was over has nobody who ended it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_rights")]
    operations = [
        migrations.RemoveConstraint("referralitem", "an_items_end_has_its_person"),
        migrations.AddConstraint(
            "referralitem",
            models.CheckConstraint(
                condition=models.Q(
                    ("ended_by__isnull", True), ("ended_at__isnull", False), _connector="OR"
                ),
                name="only_an_ended_item_has_who_ended_it",
            ),
        ),
    ]
