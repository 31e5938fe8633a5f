"""What a CSO shows the Secretariat with one question: its exhibits, each asked for (R4, R14)."""

import django.db.models.deletion
from django.db import migrations, models

from impna.rights import Function, Rights, Trigger

# The order of locks: the submission first, then whether it may be shown at this moment. Whoever
# asks the question shows, and nobody adds to it afterwards.
SHOWN = """
DECLARE
    of_submission bigint;
    of_version bigint;
    asker bigint;
    missing text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'what was shown with a question is never changed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT a.submission_id, a.version_id, a.asked_by_id INTO of_submission, of_version, asker
        FROM public.cases_advice a WHERE a.id = NEW.advice_id;
    PERFORM 1 FROM public.submissions_submission WHERE id = of_submission FOR UPDATE;
    IF asker IS NULL OR current_setting('app.uid', true) IS DISTINCT FROM asker::text THEN
        RAISE EXCEPTION 'whoever asks says what is shown'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.cases_advice a
        JOIN public.submissions_submission s ON s.id = a.submission_id
        WHERE a.id = NEW.advice_id AND a.view = 'assist' AND a.status = 'asked'
          AND s.status NOT IN ('withdrawn', 'erased')
    ) THEN
        RAISE EXCEPTION 'exhibits are shown with an open question that shows what is written'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.submissions_versionexhibit x
        JOIN public.submissions_exhibit e ON e.id = x.exhibit_id
        WHERE x.version_id = of_version AND e.id = NEW.exhibit_id
          AND e.removed_at IS NULL AND NOT x.markers ? 'two_people'
          AND (NEW.copy_id IS NOT NULL
               OR (x.recognisable = 'nobody' AND e.recognisable = 'nobody'
                   AND e.file_id IS NOT NULL AND e.scan <> 'infected'))
    ) THEN
        RAISE EXCEPTION 'only exhibits of the version, and no original in which somebody is seen'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.copy_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.submissions_redaction
        WHERE id = NEW.copy_id AND exhibit_id = NEW.exhibit_id
          AND confirmed_at IS NOT NULL AND taken_back_at IS NULL
    ) THEN
        RAISE EXCEPTION 'a copy that is shown was confirmed, and is of this exhibit'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT u.missing INTO missing FROM public.submissions_uncovered(
        of_submission, ARRAY[NEW.exhibit_id], false, NULL, 'assist', NEW.copy_id IS NOT NULL) u
        LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'not covered: %', missing USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0013_words_over"),
        ("submissions", "0024_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="AdviceExhibit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "advice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shown",
                        to="cases.advice",
                    ),
                ),
                (
                    "copy",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="submissions.redaction",
                    ),
                ),
                (
                    "exhibit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="submissions.exhibit",
                    ),
                ),
            ],
            options={
                "ordering": ["exhibit__number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("advice", "exhibit"), name="an_exhibit_is_shown_once"
                    )
                ],
            },
        ),
        # The Secretariat's own role and the system get nothing of it.
        Rights("cases_adviceexhibit", app="SELECT, INSERT"),
        Function("cases_shown", SHOWN, guard=True),
        Trigger("shown", "cases_adviceexhibit", "BEFORE INSERT OR UPDATE OR DELETE", "cases_shown"),
    ]
