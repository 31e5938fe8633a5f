"""Somebody is asked again, because what they said stood in the way (requirement 26)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import impna.references
from impna.rights import Rights


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0006_discretion"),
        ("submissions", "0019_identities"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AskAgain",
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
                ("due_on", models.DateField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="to_ask",
                        to="submissions.person",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=("person", "unit"),
                        name="asked_again_once_at_a_time",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        Rights("submissions_askagain", app="SELECT, INSERT, UPDATE (done_at)"),
    ]
