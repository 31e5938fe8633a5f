"""An adviser reads a cover sheet only while everybody recognisable in it agreed to that (R4, R14)."""

from django.db import migrations

from impna.rights import Function

# As in 0006, and what people said is asked again at each reading.
SHEET = """
BEGIN
    RETURN (
        SELECT v.sheet::text
        FROM public.cases_advice a
        JOIN public.submissions_version v ON v.id = a.version_id
        JOIN public.submissions_submission s ON s.id = a.submission_id
        WHERE a.id = p_advice AND a.view = 'cover' AND a.status = 'asked'
          AND s.status NOT IN ('withdrawn', 'erased')
          AND NOT EXISTS (SELECT FROM public.submissions_uncovered(
              s.id, '{}', true, NULL, 'cover', false))
    );
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0009_recalls_by_time"),
        ("submissions", "0021_withdrawal_codes"),
    ]
    operations = [
        Function(
            "cases_sheet_for_adviser",
            SHEET,
            guard=True,
            replaces=True,
            arguments="p_advice bigint",
            returns="text",
        ),
    ]
