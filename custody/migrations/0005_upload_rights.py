"""The application receives, the worker makes whole."""

from django.db import migrations

from impna.rights import Rights


class Migration(migrations.Migration):
    dependencies = [("custody", "0004_uploads")]
    operations = [
        Rights(
            "custody_upload",
            app='SELECT, INSERT, UPDATE ("offset", state, received_at, expires_at, ended_at, '
            "failure)",
            worker="SELECT, UPDATE (state, file_id, ended_at, failure)",
        ),
        Rights("custody_segment", app="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        Rights(
            "custody_intakejob",
            app="SELECT, INSERT",
            worker="SELECT, UPDATE (due_at, claimed_until, attempts, done_at)",
        ),
    ]
