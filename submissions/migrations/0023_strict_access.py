"""Strict access: markers are frozen with a version; a handling less strict than suggested is known."""

from django.db import migrations, models

from impna.rights import Function

# As in 0006, and the markers are those of that moment: recipients keep to them.
VERSION_HOLDS = """
DECLARE
    answered text;
    marked jsonb;
BEGIN
    SELECT e.recognisable, e.markers INTO answered, marked
        FROM public.submissions_exhibit e
        JOIN public.submissions_version v ON v.submission_id = e.submission_id
        WHERE e.id = NEW.exhibit_id AND v.id = NEW.version_id AND e.removed_at IS NULL
          AND e.file_state IN ('sealed', 'none');
    IF answered IS NULL OR answered <> NEW.recognisable OR marked <> NEW.markers THEN
        RAISE EXCEPTION 'a version holds settled exhibits of its own submission'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [("submissions", "0022_identifying_originals")]

    operations = [
        migrations.AddField(
            model_name="exhibit", name="loosened", field=models.BooleanField(default=False)
        ),
        migrations.AddField(
            model_name="versionexhibit", name="markers", field=models.JSONField(default=list)
        ),
        migrations.RunSQL(
            "GRANT UPDATE (loosened) ON submissions_exhibit TO impna_app",
            "REVOKE UPDATE (loosened) ON submissions_exhibit FROM impna_app",
        ),
        Function("submissions_version_holds", VERSION_HOLDS, guard=True, replaces=True),
    ]
