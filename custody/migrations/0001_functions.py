"""Two pure functions the log's generated columns stand on.

`convert_to` is only STABLE because it takes an encoding's name; for UTF8 in a UTF8 database it is
a constant, so its wrapper may say IMMUTABLE.
"""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.RunSQL(
            "CREATE FUNCTION custody_digest(entry text) RETURNS bytea "
            "LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE "
            "RETURN pg_catalog.sha256(pg_catalog.convert_to(entry, 'UTF8'))",
            "DROP FUNCTION custody_digest(text)",
        ),
        migrations.RunSQL(
            "CREATE FUNCTION custody_entry_value(entry text, key text) RETURNS text "
            "LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE "
            "RETURN coalesce((entry::jsonb) ->> key, '')",
            "DROP FUNCTION custody_entry_value(text, text)",
        ),
    ]
