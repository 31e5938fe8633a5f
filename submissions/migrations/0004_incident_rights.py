"""Who may write what of an incident and a cover sheet; numbers are never used again."""

from django.db import migrations

from impna.rights import Function, Rights, Trigger

INCIDENT_KEEPS = """
BEGIN
    IF TG_OP = 'DELETE'
       OR NEW.number <> OLD.number OR NEW.submission_id <> OLD.submission_id
       OR NEW.reference <> OLD.reference
       OR (OLD.removed_at IS NOT NULL AND NEW.removed_at IS DISTINCT FROM OLD.removed_at) THEN
        RAISE EXCEPTION 'an incident keeps its number'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [("submissions", "0003_incidents")]
    operations = [
        Rights(
            "submissions_submission",
            app="SELECT, INSERT, UPDATE (title, kind, view, status, since, due_on, next_exhibit, "
            "next_incident)",
            worker="SELECT",
            guard="SELECT",
        ),
        Rights(
            "submissions_incident",
            app="SELECT, INSERT, UPDATE (account, date_precision, happened_from, happened_to, "
            'place_precision, country, area, conducts, conflict, attack, "group", offences, '
            "not_sure, removed_at)",
            worker="SELECT",
        ),
        Rights(
            "submissions_coversheet",
            app="SELECT, INSERT, UPDATE (situation, countries, period_from, period_to, offences, "
            "languages, working_language, needs_translation, summary, changed_by_id, changed_at)",
            worker="SELECT",
        ),
        Function("submissions_incident_keeps", INCIDENT_KEEPS),
        Trigger(
            "incident_keeps",
            "submissions_incident",
            "BEFORE UPDATE OR DELETE",
            "submissions_incident_keeps",
        ),
    ]
