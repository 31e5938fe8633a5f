"""For which draft somebody answered that none of its files is of a kind that is never sent here."""

from django.db import migrations, models

from impna.rights import Rights


class Migration(migrations.Migration):
    dependencies = [("submissions", "0009_brings")]
    operations = [
        migrations.AddField(
            model_name="submission",
            name="files_allowed_for",
            field=models.PositiveIntegerField(default=0),
        ),
        Rights(
            "submissions_submission",
            app="SELECT, INSERT, UPDATE (title, kind, view, status, since, due_on, next_exhibit, "
            "next_incident, versions_made, files_allowed_for)",
            worker="SELECT",
            secretariat="SELECT (id, reference, partner_id, view, status, since, due_on, "
            "versions_made)",
            guard="SELECT, UPDATE (since)",
        ),
    ]
