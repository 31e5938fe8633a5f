"""Risks of a submission: its organisation's own, kept when they are over."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import impna.references
from impna.rights import Function, Rights, Trigger

RISK_KEEPS = """
BEGIN
    IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
       OR NEW.submission_id <> OLD.submission_id OR NEW.number <> OLD.number
       OR NEW.reference <> OLD.reference THEN
        RAISE EXCEPTION 'a risk that is over stays as it was, and none is deleted'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("submissions", "0013_persons"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Risk",
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
                ("number", models.PositiveSmallIntegerField()),
                ("details", models.BinaryField()),
                ("review_on", models.DateField()),
                ("looked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "looked_by",
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
                        related_name="risks",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["review_on"],
                        name="risks_to_look_at",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("submission", "number"), name="risk_number_once_per_submission"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="a_risks_end_has_its_person",
                    ),
                ],
            },
        ),
        Rights(
            "submissions_risk",
            app="SELECT, INSERT, UPDATE (details, review_on, looked_at, looked_by_id, ended_at, "
            "ended_by_id)",
        ),
        Function("submissions_risk_keeps", RISK_KEEPS),
        Trigger(
            "risk_keeps", "submissions_risk", "BEFORE UPDATE OR DELETE", "submissions_risk_keeps"
        ),
    ]
