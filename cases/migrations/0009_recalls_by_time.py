"""The system takes back what nobody answered for in time: a code was used, and its day is past."""

from django.db import migrations

from impna.rights import Function, Trigger

# Of a referral's states the system brings about this one alone, and only there.
SYSTEM_RECALLS = """
BEGIN
    IF current_user = 'impna_worker'
       AND (NEW.status, NEW.since, NEW.due_on) IS DISTINCT FROM (OLD.status, OLD.since, OLD.due_on)
       AND (NEW.status <> 'recalled' OR OLD.status = 'recalled' OR NOT EXISTS (
           SELECT FROM public.submissions_withdrawalcode w
           JOIN public.submissions_person p ON p.id = w.person_id
           WHERE p.submission_id = NEW.submission_id AND w.outcome = 'lapsed'))
    THEN
        RAISE EXCEPTION 'the system recalls only what a code asked for'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_recalls"), ("submissions", "0021_withdrawal_codes")]

    operations = [
        migrations.RunSQL(
            "GRANT UPDATE (status, since, due_on) ON cases_referral TO impna_worker;"
            "GRANT SELECT, INSERT ON cases_recall TO impna_worker;"
            "GRANT SELECT, INSERT ON cases_recall_items TO impna_worker",
            "REVOKE UPDATE (status, since, due_on) ON cases_referral FROM impna_worker;"
            "REVOKE SELECT, INSERT ON cases_recall FROM impna_worker;"
            "REVOKE SELECT, INSERT ON cases_recall_items FROM impna_worker",
        ),
        Function("cases_system_recalls", SYSTEM_RECALLS),
        Trigger("system_recalls", "cases_referral", "BEFORE UPDATE", "cases_system_recalls"),
    ]
