"""Exhibits taken back one by one; recipients answer each recall (R4)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import impna.references
from impna.rights import Rights


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_enclosures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Recall",
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
                ("asked_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                (
                    "disposal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("returned", "Returned"),
                            ("destroyed", "Destroyed"),
                            ("in_file", "Taken into the file; cannot be withdrawn"),
                            ("duty_to_keep", "Kept under a legal duty"),
                        ],
                        max_length=20,
                    ),
                ),
                ("words", models.BinaryField(null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("items", models.ManyToManyField(related_name="recalls", to="cases.referralitem")),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recalls",
                        to="cases.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("referral", "number"), name="recall_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "disposal__in",
                                ["", "returned", "destroyed", "in_file", "duty_to_keep"],
                            )
                        ),
                        name="recall_disposal_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", False), ("answered_by__isnull", False)
                            ),
                            models.Q(("answered_at__isnull", True), ("answered_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="a_recalls_answer_has_its_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("disposal", ""), ("answered_at__isnull", False), _connector="XOR"
                        ),
                        name="an_answered_recall_says_what_became_of_it",
                    ),
                ],
            },
        ),
        Rights(
            "cases_recall",
            app="SELECT, INSERT, UPDATE (disposal, words, answered_by_id, answered_at)",
        ),
        Rights("cases_recall_items", app="SELECT, INSERT"),
    ]
