"""The worker learns which conditions are overdue; the Secretariat, until when a recipient had it."""

from django.db import migrations

from impna.rights import Rights


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_handling_and_completion")]
    operations = [
        Rights(
            "cases_condition",
            app="SELECT, INSERT, UPDATE (answer, remark, answered_by_id, answered_at)",
            worker="SELECT (id, referral_id, answer, due_on)",
        ),
        Rights(
            "cases_referral",
            app="SELECT, INSERT, UPDATE (version_id, mode, status, since, due_on, taken_at, "
            "access_ends_on, disposal, closed_at)",
            worker="SELECT, UPDATE (access_ends_on)",
            secretariat="SELECT (id, reference, submission_id, unit_id, route, sent_at, closed_at)",
            guard="SELECT",
        ),
    ]
