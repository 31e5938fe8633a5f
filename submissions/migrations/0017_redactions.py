"""Redacted copies of exhibits, and the pictures of pages on which places are marked."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import impna.references
from impna.rights import Function, Rights, Trigger

# What a copy is of stays; its file is a redaction of that exhibit's own; the rest is said once.
REDACTION_KEEPS = """
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a redacted copy is taken back, not deleted'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' AND (
        NEW.confirmed_at IS NOT NULL OR NEW.taken_back_at IS NOT NULL OR NEW.scan <> 'awaited'
        OR (NEW.method = 'marked' AND NEW.file_id IS NOT NULL)
        OR (NEW.method = 'supplied' AND NEW.file_id IS NULL)
    ) THEN
        RAISE EXCEPTION 'a new redacted copy was neither examined nor confirmed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (
        NEW.reference <> OLD.reference OR NEW.exhibit_id <> OLD.exhibit_id
        OR NEW.number <> OLD.number OR NEW.method <> OLD.method
        OR NEW.marks IS DISTINCT FROM OLD.marks OR NEW.name IS DISTINCT FROM OLD.name
        OR NEW.asked_by_id <> OLD.asked_by_id OR NEW.asked_at <> OLD.asked_at
        OR (OLD.file_id IS NOT NULL AND NEW.file_id IS DISTINCT FROM OLD.file_id)
        OR (OLD.scan <> 'awaited' AND NEW.scan <> OLD.scan)
        OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at)
        OR (NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at AND NEW.taken_back_at IS NOT NULL)
        OR (OLD.taken_back_at IS NOT NULL AND NEW.taken_back_at IS DISTINCT FROM OLD.taken_back_at)
    ) THEN
        RAISE EXCEPTION 'of a redacted copy nothing is said twice'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.file_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.custody_sealedfile f
        JOIN public.submissions_exhibit e ON e.file_id = f.original_id AND e.key_id = f.key_id
        WHERE f.id = NEW.file_id AND f.derivation = 'redaction' AND e.id = NEW.exhibit_id
    ) THEN
        RAISE EXCEPTION 'a redacted copy has a redaction of its own exhibit''s file'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("custody", "0007_quick_columns"),
        ("submissions", "0016_coverage"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PagePictures",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("failure", models.CharField(blank=True, max_length=40)),
                ("places", models.JSONField(default=list)),
                ("asked_at", models.DateTimeField()),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "exhibit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="page_pictures",
                        to="submissions.exhibit",
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="page_pictures",
                        to="custody.sealedfile",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["due_at"],
                        name="page_pictures_due",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Redaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("failure", models.CharField(blank=True, max_length=40)),
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
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("marked", "Made here, from marked places"),
                            ("supplied", "Supplied by you"),
                        ],
                        max_length=10,
                    ),
                ),
                ("marks", models.JSONField(default=list)),
                ("name", models.BinaryField(null=True)),
                ("kind", models.CharField(blank=True, max_length=4)),
                (
                    "scan",
                    models.CharField(
                        choices=[
                            ("awaited", "Not examined yet"),
                            ("clean", "Nothing found"),
                            ("infected", "Harmful: quarantined"),
                            ("not_scanned", "Not scanned"),
                        ],
                        default="awaited",
                        max_length=20,
                    ),
                ),
                ("scan_reason", models.CharField(blank=True, max_length=60)),
                ("asked_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "exhibit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redacted_copies",
                        to="submissions.exhibit",
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redaction",
                        to="custody.sealedfile",
                    ),
                ),
                (
                    "taken_back_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["due_at"],
                        name="redactions_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("method__in", ["marked", "supplied"])),
                        name="redaction_method_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scan__in", ["awaited", "clean", "infected", "not_scanned"])
                        ),
                        name="redaction_scan_known",
                    ),
                    models.UniqueConstraint(
                        fields=("exhibit", "number"), name="redaction_number_once_per_exhibit"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at__isnull", False), ("confirmed_by__isnull", False)
                            ),
                            models.Q(
                                ("confirmed_at__isnull", True), ("confirmed_by__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="a_confirmation_has_its_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("taken_back_at__isnull", False), ("taken_back_by__isnull", False)
                            ),
                            models.Q(
                                ("taken_back_at__isnull", True), ("taken_back_by__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="taking_back_has_its_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__range", (1, 50))), name="redactions_are_few"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("method", "marked"), ("name__isnull", True)),
                            models.Q(
                                ("file__isnull", False),
                                ("marks", []),
                                ("method", "supplied"),
                                ("name__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_supplied_redaction_has_its_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("failure", ""), ("file__isnull", True), _connector="OR"
                        ),
                        name="a_redaction_failed_or_has_its_file",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_at__isnull", True),
                            models.Q(
                                ("file__isnull", False), ("scan__in", ["clean", "not_scanned"])
                            ),
                            _connector="OR",
                        ),
                        name="only_what_is_there_and_harmless_is_confirmed",
                    ),
                ],
            },
        ),
        Rights(
            "submissions_pagepictures",
            app="SELECT, INSERT",
            worker="SELECT, UPDATE (due_at, claimed_until, attempts, done_at, failure, file_id, "
            "places)",
        ),
        Rights(
            "submissions_redaction",
            app="SELECT, INSERT, UPDATE (confirmed_at, confirmed_by_id, taken_back_at, "
            "taken_back_by_id)",
            worker="SELECT, UPDATE (due_at, claimed_until, attempts, done_at, failure, file_id, "
            "kind, scan, scan_reason)",
        ),
        Function("submissions_redaction_keeps", REDACTION_KEEPS),
        Trigger(
            "redaction_keeps",
            "submissions_redaction",
            "BEFORE INSERT OR UPDATE OR DELETE",
            "submissions_redaction_keeps",
        ),
    ]
