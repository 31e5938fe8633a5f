"""`submissions_covers` for the application and the worker alone.

Where it was made before, its rights were revoked too late, by a role to whom it no longer belonged.
"""

from django.db import migrations

SIGNATURE = "submissions_covers(bigint, bigint, bigint)"


class Migration(migrations.Migration):
    dependencies = [("submissions", "0010_hard_stops")]
    operations = [
        migrations.RunSQL(
            f"SET LOCAL ROLE impna_guard; REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC; "
            f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO impna_app, impna_worker; RESET ROLE",
            reverse_sql=migrations.RunSQL.noop,
        )
    ]
