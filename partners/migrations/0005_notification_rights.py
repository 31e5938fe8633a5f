"""People are told by the application and the worker; each reads and marks their own."""

from django.db import migrations

from impna.rights import Rights


class Migration(migrations.Migration):
    dependencies = [("partners", "0004_notifications")]
    operations = [
        Rights(
            "partners_notification",
            app="SELECT, INSERT, UPDATE (seen_at, mailed_at)",
            worker="SELECT, INSERT, UPDATE (mailed_at)",
            secretariat="SELECT, INSERT, UPDATE (seen_at, mailed_at)",
        ),
        Rights(
            "partners_mailsetting",
            app='SELECT, INSERT, UPDATE ("when")',
            worker="SELECT",
            secretariat="SELECT",
        ),
    ]
