"""Standing exclusions: what an organisation never gives to a State or to one partner (R4)."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import impna.references
from impna.rights import Function, Rights, Trigger

# Whoever refers locks the submission first, so an exclusion waits for referrals under way, and the
# next one finds it. It ends once.
EXCLUDED = """
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.ended_at IS NOT NULL THEN
            RAISE EXCEPTION 'an exclusion is lifted once'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT FROM public.partners_user
                   WHERE id = NEW.made_by_id AND partner_id = NEW.partner_id) THEN
        RAISE EXCEPTION 'an organisation excludes for itself'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM 1 FROM public.submissions_submission
        WHERE partner_id = NEW.partner_id ORDER BY id FOR UPDATE;
    RETURN NEW;
END
"""

# As before, and what the organisation gives to nobody there.
COVERS = """
DECLARE
    now_status text;
    answered text;
    still_there boolean;
BEGIN
    SELECT s.status INTO now_status
        FROM public.submissions_version v
        JOIN public.submissions_submission s ON s.id = v.submission_id
        WHERE v.id = p_version;
    IF now_status IS NULL THEN
        RETURN 'not_handed_over';
    END IF;
    IF now_status IN ('withdrawn', 'erased') THEN
        RETURN 'withdrawn';
    END IF;
    IF EXISTS (
        SELECT FROM public.submissions_version v
        JOIN public.submissions_submission s ON s.id = v.submission_id
        JOIN public.submissions_standingexclusion x ON x.partner_id = s.partner_id
        JOIN public.partners_unit u ON u.id = p_unit
        JOIN public.partners_partner r ON r.id = u.partner_id
        WHERE v.id = p_version AND x.ended_at IS NULL
          AND (x.body_id = r.id OR (x.state <> '' AND x.state = r.country))
    ) THEN
        RETURN 'excluded';
    END IF;
    IF p_exhibit IS NOT NULL THEN
        SELECT e.recognisable, e.removed_at IS NULL INTO answered, still_there
            FROM public.submissions_versionexhibit i
            JOIN public.submissions_exhibit e ON e.id = i.exhibit_id
            WHERE i.version_id = p_version AND i.exhibit_id = p_exhibit;
        IF answered IS NULL OR NOT still_there THEN
            RETURN 'not_handed_over';
        END IF;
        IF answered NOT IN ('nobody', 'someone') THEN
            RETURN 'unanswered';
        END IF;
    END IF;
    IF NOT EXISTS (SELECT FROM public.submissions_declaration
                   WHERE version_id = p_version AND unit_id = p_unit) THEN
        RETURN 'undeclared';
    END IF;
    RETURN '';
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0006_discretion"),
        ("submissions", "0011_covers_for_few"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StandingExclusion",
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
                    "state",
                    models.CharField(
                        blank=True,
                        max_length=2,
                        validators=[django.core.validators.RegexValidator("^[A-Z]{2}$")],
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "body",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.partner",
                    ),
                ),
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
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exclusions",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("body__isnull", False), ("state", "")),
                            models.Q(
                                models.Q(("state", ""), _negated=True), ("body__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="an_exclusion_names_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="an_exclusions_end_has_its_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True), models.Q(("state", ""), _negated=True)
                        ),
                        fields=("partner", "state"),
                        name="a_state_is_excluded_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("body__isnull", False), ("ended_at__isnull", True)),
                        fields=("partner", "body"),
                        name="a_body_is_excluded_once",
                    ),
                ],
            },
        ),
        Rights(
            "submissions_standingexclusion",
            app="SELECT, INSERT, UPDATE (ended_by_id, ended_at)",
            guard="SELECT",
        ),
        Function("submissions_excluded", EXCLUDED, guard=True),
        Trigger(
            "excluded",
            "submissions_standingexclusion",
            "BEFORE INSERT OR UPDATE",
            "submissions_excluded",
        ),
        Function(
            "submissions_covers",
            COVERS,
            guard=True,
            replaces=True,
            arguments="p_version bigint, p_exhibit bigint, p_unit bigint",
            returns="text",
        ),
    ]
