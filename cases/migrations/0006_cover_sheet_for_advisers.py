"""An adviser reads a cover sheet where the organisation shows it, and as long as it is asked (R14)."""

from django.db import migrations

from impna.rights import Function, Rights

SHEET = """
BEGIN
    RETURN (
        SELECT v.sheet::text
        FROM public.cases_advice a
        JOIN public.submissions_version v ON v.id = a.version_id
        JOIN public.submissions_submission s ON s.id = a.submission_id
        WHERE a.id = p_advice AND a.view = 'cover' AND a.status = 'asked'
          AND s.status NOT IN ('withdrawn', 'erased')
    );
END
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_overdue_and_recipients")]
    operations = [
        Rights(
            "cases_advice",
            app="SELECT, INSERT, UPDATE (status, answer, forum, answered_by_id, answered_at)",
            worker="SELECT, UPDATE (status)",
            guard="SELECT",
        ),
        Function(
            "cases_sheet_for_adviser",
            SHEET,
            guard=True,
            arguments="p_advice bigint",
            returns="text",
            execute="impna_secretariat",
        ),
    ]
