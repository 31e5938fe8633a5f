"""The system takes back what nobody's word covers any more, whichever day or code ended it (R4)."""

from django.db import migrations

from impna.rights import Function

# As in 0009, and by the rule itself instead of by one of its causes.
SYSTEM_RECALLS = """
BEGIN
    IF current_user = 'impna_worker'
       AND (NEW.status, NEW.since, NEW.due_on) IS DISTINCT FROM (OLD.status, OLD.since, OLD.due_on)
       AND (NEW.status <> 'recalled' OR OLD.status = 'recalled' OR NOT EXISTS (
           SELECT FROM public.submissions_uncovered(
               NEW.submission_id, '{}', true, NEW.unit_id, 'opening', false)))
    THEN
        RAISE EXCEPTION 'the system recalls only what no word covers'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_second_readers")]
    operations = [
        migrations.RunSQL(
            "GRANT SELECT ON submissions_linkedexhibit TO impna_worker",
            "REVOKE SELECT ON submissions_linkedexhibit FROM impna_worker",
        ),
        Function("cases_system_recalls", SYSTEM_RECALLS),
    ]
