"""Groups of incidents, and what sources say of them: the application's alone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import impna.references
from impna.rights import Function, Rights, Trigger

# A group is of an incident that is there, and stays with it.
GROUP_BELONGS = """
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.submissions_incident
        WHERE id = NEW.incident_id AND removed_at IS NULL
    ) THEN
        RAISE EXCEPTION 'a group is of an incident that is there'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

# Documents and online sources, as submissions.fact_vocabularies.GRADED: nothing else is graded (R12).
GRADED = (
    "official_document",
    "order_record",
    "correspondence",
    "call_data",
    "call_sequence",
    "social_post",
    "web_page",
    "broadcast",
    "press_item",
    "propaganda",
    "court_record",
    "database_extract",
)
_GRADED = ", ".join(f"'{code}'" for code in GRADED)

# Incident and source are there, of one submission; whatever is graded is a document.
INFORMATION_JOINS = """
DECLARE
    whose bigint;
BEGIN
    SELECT submission_id INTO whose FROM public.submissions_incident
    WHERE id = NEW.incident_id AND removed_at IS NULL;
    IF whose IS NULL
       OR (NEW.person_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM public.submissions_person
            WHERE id = NEW.person_id AND submission_id = whose AND removed_at IS NULL))
       OR (NEW.exhibit_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM public.submissions_exhibit
            WHERE id = NEW.exhibit_id AND submission_id = whose AND removed_at IS NULL)) THEN
        RAISE EXCEPTION 'information joins an incident and a source of one submission'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.reliability <> '' AND NOT EXISTS (
            SELECT FROM public.submissions_exhibit
            WHERE id = NEW.exhibit_id AND evidence_type IN (GRADED)) THEN
        RAISE EXCEPTION 'only documents and online sources are graded'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

# What turns out to be somebody's account keeps no grade.
EXHIBIT_GRADED = """
BEGIN
    IF NEW.evidence_type NOT IN (GRADED) AND EXISTS (
            SELECT FROM public.submissions_information
            WHERE exhibit_id = NEW.id AND reliability <> '') THEN
        RAISE EXCEPTION 'only documents and online sources are graded'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("submissions", "0023_strict_access"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Group",
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
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("persons", "Persons"),
                            ("families", "Families"),
                            ("households", "Households"),
                            ("houses", "Houses or homes"),
                            ("villages", "Villages or settlements"),
                            ("units", "Armed units or posts"),
                        ],
                        max_length=20,
                        verbose_name="counted by",
                    ),
                ),
                ("fewest", models.PositiveIntegerField(blank=True, null=True)),
                ("most", models.PositiveIntegerField(blank=True, null=True)),
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
                ("details", models.BinaryField()),
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
                        related_name="groups",
                        to="submissions.incident",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "unit__in",
                                [
                                    "persons",
                                    "families",
                                    "households",
                                    "houses",
                                    "villages",
                                    "units",
                                ],
                            )
                        ),
                        name="group_unit_known",
                    ),
                    models.CheckConstraint(
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
                        name="group_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fewest__isnull", True), ("fewest__gte", 1), _connector="OR"),
                            models.Q(("most__isnull", True), ("most__gte", 1), _connector="OR"),
                            models.Q(
                                ("fewest__isnull", True),
                                ("most__isnull", True),
                                ("most__gte", models.F("fewest")),
                                _connector="OR",
                            ),
                        ),
                        name="a_group_is_at_least_and_at_most_so_many",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Information",
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
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("person", "A person, by code"),
                            ("exhibit", "An exhibit of this submission"),
                            ("own", "What your organisation itself observed"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "reliability",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("highly_reliable", "Highly reliable"),
                            ("likely_reliable", "Likely reliable"),
                            ("unsure", "Unsure"),
                            ("likely_unreliable", "Likely unreliable"),
                            ("highly_unreliable", "Highly unreliable"),
                            ("unknown", "Unknown"),
                        ],
                        max_length=20,
                    ),
                ),
                ("details", models.BinaryField()),
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
                    "exhibit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="information",
                        to="submissions.exhibit",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="information",
                        to="submissions.incident",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="information",
                        to="submissions.person",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reliability__in",
                                [
                                    "",
                                    "highly_reliable",
                                    "likely_reliable",
                                    "unsure",
                                    "likely_unreliable",
                                    "highly_unreliable",
                                    "unknown",
                                ],
                            )
                        ),
                        name="reliability_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("exhibit__isnull", True),
                                ("person__isnull", False),
                                ("source", "person"),
                            ),
                            models.Q(
                                ("exhibit__isnull", False),
                                ("person__isnull", True),
                                ("source", "exhibit"),
                            ),
                            models.Q(
                                ("exhibit__isnull", True),
                                ("person__isnull", True),
                                ("source", "own"),
                            ),
                            _connector="OR",
                        ),
                        name="information_has_one_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reliability", ""), ("source", "exhibit"), _connector="OR"
                        ),
                        name="no_person_is_graded",
                    ),
                ],
            },
        ),
        Rights(
            "submissions_group",
            app="SELECT, INSERT, UPDATE (unit, fewest, most, role, details), DELETE",
        ),
        Rights(
            "submissions_information",
            app="SELECT, INSERT, UPDATE (source, person_id, exhibit_id, reliability, details), "
            "DELETE",
        ),
        Function("submissions_group_belongs", GROUP_BELONGS),
        Trigger(
            "group_belongs",
            "submissions_group",
            "BEFORE INSERT OR UPDATE",
            "submissions_group_belongs",
        ),
        Function("submissions_information_joins", INFORMATION_JOINS.replace("GRADED", _GRADED)),
        Trigger(
            "information_joins",
            "submissions_information",
            "BEFORE INSERT OR UPDATE",
            "submissions_information_joins",
        ),
        Function("submissions_exhibit_graded", EXHIBIT_GRADED.replace("GRADED", _GRADED)),
        Trigger(
            "exhibit_graded",
            "submissions_exhibit",
            "BEFORE UPDATE OF evidence_type",
            "submissions_exhibit_graded",
        ),
    ]
