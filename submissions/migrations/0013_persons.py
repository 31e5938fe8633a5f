"""Persons by pseudonym, and what they were in which incidents: the application's alone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import impna.references
from impna.rights import Function, Rights, Trigger

# Whoever was taken out stays so, keeps no part, and nobody else gets the code.
PERSON_KEEPS = """
BEGIN
    IF TG_OP = 'DELETE'
       OR NEW.code <> OLD.code OR NEW.submission_id <> OLD.submission_id
       OR NEW.reference <> OLD.reference
       OR (OLD.removed_at IS NOT NULL AND NEW.removed_at IS DISTINCT FROM OLD.removed_at) THEN
        RAISE EXCEPTION 'a person keeps its code'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.removed_at IS NOT NULL
       AND EXISTS (SELECT FROM public.submissions_part WHERE person_id = NEW.id) THEN
        RAISE EXCEPTION 'a removed person has no part in an incident'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

# A part joins what is present of one submission.
PART_JOINS = """
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.submissions_person p
        JOIN public.submissions_incident i ON i.submission_id = p.submission_id
        WHERE p.id = NEW.person_id AND i.id = NEW.incident_id
          AND p.removed_at IS NULL AND i.removed_at IS NULL
    ) THEN
        RAISE EXCEPTION 'a part joins a person and an incident of one submission'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("submissions", "0012_exclusions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Person",
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
                ("code", models.CharField(max_length=8, verbose_name="pseudonym")),
                ("protected", models.BooleanField(default=False)),
                ("details", models.BinaryField(null=True)),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="persons",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("victim", "Victim"),
                            ("source", "Source"),
                            ("perpetrator", "Perpetrator (alleged)"),
                            ("intervening", "Intervening party"),
                            ("witness", "Witness"),
                            ("first_responder", "First responder"),
                            ("family_member", "Family member"),
                            ("insider", "Insider"),
                            ("expert", "Expert"),
                            ("documenter", "Documenter"),
                            ("interpreter", "Interpreter"),
                            ("intermediary", "Intermediary"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                ("details", models.BinaryField(null=True)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="submissions.incident",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="submissions.person",
                    ),
                ),
            ],
            options={
                "ordering": ["incident__number", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                fields=("submission", "code"), name="person_code_once_per_submission"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[A-Z]{1,3}-[0-9]{1,4}$")),
                name="a_person_code_is_no_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("removed_at__isnull", True), ("details__isnull", True), _connector="OR"
                ),
                name="of_a_removed_person_nothing_is_kept",
            ),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.UniqueConstraint(
                fields=("person", "incident", "role"), name="one_part_of_a_role_in_an_incident"
            ),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "victim",
                            "source",
                            "perpetrator",
                            "intervening",
                            "witness",
                            "first_responder",
                            "family_member",
                            "insider",
                            "expert",
                            "documenter",
                            "interpreter",
                            "intermediary",
                        ],
                    )
                ),
                name="part_role_known",
            ),
        ),
        Rights(
            "submissions_incident",
            app="SELECT, INSERT, UPDATE (account, date_precision, happened_from, happened_to, "
            'place_precision, country, area, conducts, conflict, attack, "group", offences, '
            "not_sure, removed_at)",
            worker="SELECT",
            guard="SELECT (id, submission_id, removed_at)",
        ),
        Rights(
            "submissions_person",
            app="SELECT, INSERT, UPDATE (protected, details, removed_at)",
            guard="SELECT (id, submission_id, removed_at)",
        ),
        Rights(
            "submissions_part",
            app="SELECT, INSERT, UPDATE (details), DELETE",
            guard="SELECT (person_id)",
        ),
        Function("submissions_person_keeps", PERSON_KEEPS, guard=True),
        Trigger(
            "person_keeps",
            "submissions_person",
            "BEFORE UPDATE OR DELETE",
            "submissions_person_keeps",
        ),
        Function("submissions_part_joins", PART_JOINS, guard=True),
        Trigger(
            "part_joins", "submissions_part", "BEFORE INSERT OR UPDATE", "submissions_part_joins"
        ),
    ]
