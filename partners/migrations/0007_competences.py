"""A CSO declares whose accounts its people are trained to take (requirements 5 and 30)."""

from django.db import migrations, models

from impna.rights import Rights

_STATE = "status, since, due_on, locked_at, locked_by_id"


class Migration(migrations.Migration):
    dependencies = [("partners", "0006_discretion")]
    operations = [
        migrations.AddField("partner", "competences", models.JSONField(default=list)),
        migrations.AddConstraint(
            "partner",
            models.CheckConstraint(
                condition=models.Q(("competences", []), ("kind", "cso"), _connector="OR"),
                name="only_a_cso_takes_accounts",
            ),
        ),
        Rights(
            "partners_partner",
            app=f"SELECT, INSERT, UPDATE ({_STATE}, listed, single_handed, competences)",
            worker="SELECT",
            secretariat=f"SELECT, INSERT, UPDATE ({_STATE})",
            guard="SELECT, UPDATE (since)",
        ),
    ]
