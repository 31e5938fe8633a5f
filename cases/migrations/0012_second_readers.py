"""Two people of a recipient open something together, where the sender asked for it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import impna.references
from impna.rights import Function, Rights, Trigger

# Two members of the addressed unit: one asks as themselves, the other answers as themselves, once
# and in time. An agreement lasts a day at most.
TWO_PEOPLE = """
DECLARE
    acting text := current_setting('app.uid', true);
    members integer;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'who agreed to an opening is never deleted'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.agreed IS NOT NULL OR acting IS DISTINCT FROM NEW.asked_by_id::text THEN
            RAISE EXCEPTION 'whoever asks, asks as themselves and answers nothing'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF OLD.agreed IS NOT NULL OR NEW.agreed IS NULL
       OR (to_jsonb(NEW) - '{agreed,answered_at,until}'::text[])
           IS DISTINCT FROM (to_jsonb(OLD) - '{agreed,answered_at,until}'::text[]) THEN
        RAISE EXCEPTION 'it is answered once, and changes in nothing else'
            USING ERRCODE = 'integrity_constraint_violation';
    ELSIF acting IS DISTINCT FROM NEW.colleague_id::text THEN
        RAISE EXCEPTION 'the colleague who was asked answers'
            USING ERRCODE = 'insufficient_privilege';
    ELSIF NEW.answered_at >= OLD.until OR NEW.until > NEW.answered_at + interval '24 hours' THEN
        RAISE EXCEPTION 'it is answered in time, and lasts a day at most'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT count(DISTINCT m.user_id) INTO members
        FROM public.cases_referralitem i
        JOIN public.cases_referral r ON r.id = i.referral_id
        JOIN public.partners_membership m ON m.unit_id = r.unit_id AND m.ended_at IS NULL
        WHERE i.id = NEW.item_id AND i.ended_at IS NULL AND r.closed_at IS NULL
          AND m.user_id IN (NEW.asked_by_id, NEW.colleague_id);
    IF members <> 2 THEN
        RAISE EXCEPTION 'two members of the addressed unit open what is still given'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0011_redacted_copies"),
        ("submissions", "0023_strict_access"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SecondReader",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    impna.references.ReferenceField(
                        default=impna.references.new_reference,
                        editable=False,
                        max_length=13,
                        unique=True,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("reason", models.BinaryField()),
                ("agreed", models.BooleanField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("until", models.DateTimeField()),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "colleague",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="second_readers",
                        to="cases.referralitem",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["item", "until"], name="second_readers_of_an_item")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("asked_by", models.F("colleague")), _negated=True),
                        name="a_second_reader_is_another_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed__isnull", True), ("answered_at__isnull", True)),
                            models.Q(("agreed__isnull", False), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_second_reader_answers_once",
                    ),
                ],
            },
        ),
        Rights("cases_secondreader", app="SELECT, INSERT, UPDATE (agreed, answered_at, until)"),
        Function("cases_two_people", TWO_PEOPLE),
        Trigger(
            "two_people",
            "cases_secondreader",
            "BEFORE INSERT OR UPDATE OR DELETE",
            "cases_two_people",
        ),
    ]
