"""Files with an information request: added while it is open, sealed under the referral's own key."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import impna.references
from impna.rights import Function, Rights, Trigger

# Runs as whoever writes: what is not visible to that role is as if it were not there, and refused.
ENCLOSED = """
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'what was sent with a request is never taken back'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.reference <> OLD.reference OR NEW.request_id <> OLD.request_id
           OR NEW.number <> OLD.number OR NEW.name <> OLD.name
           OR NEW.upload_id <> OLD.upload_id OR NEW.by_id <> OLD.by_id OR NEW.at <> OLD.at
           OR OLD.scan <> 'awaited' THEN
            RAISE EXCEPTION 'of a file only what the scanner said is written, once'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.scan <> 'awaited' THEN
        RAISE EXCEPTION 'a new file has not been scanned'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.cases_informationrequest q
        JOIN public.cases_referral r ON r.id = q.referral_id
        JOIN public.custody_upload u ON u.id = NEW.upload_id
        JOIN public.custody_sealingkey k ON k.id = u.key_id
        WHERE q.id = NEW.request_id AND q.status = 'asked'
          AND r.closed_at IS NULL AND r.status <> 'recalled'
          AND u.state = 'sealed' AND k.compartment_id = r.compartment_id
    ) THEN
        RAISE EXCEPTION 'only an open request takes files, whole and sealed under its referral'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_cover_sheet_for_advisers"),
        ("custody", "0007_quick_columns"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Enclosure",
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
                ("name", models.BinaryField()),
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
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enclosures",
                        to="cases.informationrequest",
                    ),
                ),
                (
                    "upload",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enclosure",
                        to="custody.upload",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scan__in", ["awaited", "clean", "infected", "not_scanned"])
                        ),
                        name="enclosure_scan_known",
                    ),
                    models.UniqueConstraint(
                        fields=("request", "number"), name="enclosure_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__range", (1, 20))), name="enclosures_are_few"
                    ),
                ],
            },
        ),
        Rights(
            "cases_enclosure",
            app="SELECT, INSERT",
            worker="SELECT, UPDATE (scan, scan_reason)",
        ),
        Function("cases_enclosed", ENCLOSED),
        Trigger(
            "enclosed", "cases_enclosure", "BEFORE INSERT OR UPDATE OR DELETE", "cases_enclosed"
        ),
    ]
