"""A referral gives redacted copies; identifying originals open for whom a head names (DESIGN 6)."""

import django.db.models.deletion
from django.db import migrations, models

from impna.rights import Function

# As in 0002; besides, a copy that is given may be used, and is covered as one.
ITEM_COVERED = """
DECLARE
    of_submission bigint;
    to_unit bigint;
    how text;
    state text;
    closed timestamptz;
    missing text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.referral_id <> OLD.referral_id OR NEW.version_id <> OLD.version_id
           OR NEW.exhibit_id <> OLD.exhibit_id
           OR NEW.copy_id IS DISTINCT FROM OLD.copy_id OR NEW.given_by_id <> OLD.given_by_id
           OR NEW.given_at <> OLD.given_at OR OLD.ended_at IS NOT NULL THEN
            RAISE EXCEPTION 'an item ends once and changes in nothing else'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT r.submission_id, r.unit_id, r.mode, r.status, r.closed_at
        INTO of_submission, to_unit, how, state, closed
        FROM public.cases_referral r WHERE r.id = NEW.referral_id;
    PERFORM 1 FROM public.submissions_submission WHERE id = of_submission FOR UPDATE;
    IF closed IS NOT NULL OR state = 'recalled' OR how = 'alert' THEN
        RAISE EXCEPTION 'this referral takes no items'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM public.submissions_version
                   WHERE id = NEW.version_id AND submission_id = of_submission) THEN
        RAISE EXCEPTION 'an item is of the referred submission'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.copy_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.submissions_redaction
        WHERE id = NEW.copy_id AND exhibit_id = NEW.exhibit_id
          AND confirmed_at IS NOT NULL AND taken_back_at IS NULL
    ) THEN
        RAISE EXCEPTION 'a copy that is given was confirmed, and is of this exhibit'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    missing := public.submissions_covers(
        NEW.version_id, NEW.exhibit_id, to_unit, NEW.copy_id IS NOT NULL);
    IF missing <> '' THEN
        RAISE EXCEPTION 'not covered: %', missing USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""

# Heads of units keep what they could open; whom they assigned is named again.
MAKE_PERMISSION = """
    INSERT INTO auth_permission (name, content_type_id, codename)
    SELECT 'May open originals in which someone can be recognised', id, 'identify_referral'
    FROM django_content_type WHERE app_label = 'cases' AND model = 'referral'
    ON CONFLICT DO NOTHING
"""
GIVE_TO_HEADS = """
    INSERT INTO cases_referralgroupobjectpermission (group_id, permission_id, content_object_id)
    SELECT held.group_id, opens.id, held.content_object_id
    FROM cases_referralgroupobjectpermission held
    JOIN auth_permission heads
        ON heads.id = held.permission_id AND heads.codename = 'decide_referral'
    JOIN auth_permission opens ON opens.content_type_id = heads.content_type_id
        AND opens.codename = 'identify_referral'
    ON CONFLICT DO NOTHING
"""
TAKE = """
    DELETE FROM cases_referralgroupobjectpermission held USING auth_permission opens
    WHERE opens.id = held.permission_id AND opens.codename = 'identify_referral'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_cover_sheet_covered"),
        ("submissions", "0022_identifying_originals"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="referral",
            options={
                "default_permissions": ("view",),
                "permissions": [
                    ("route_referral", "May acknowledge and route"),
                    ("read_referral", "May read what was given"),
                    ("work_referral", "May act on it"),
                    ("decide_referral", "May assign, decide and publish"),
                    ("examine_referral", "May open quarantined exhibits"),
                    (
                        "identify_referral",
                        "May open originals in which someone can be recognised",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="assignment",
            name="identifying",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="referralitem",
            name="copy",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="given",
                to="submissions.redaction",
            ),
        ),
        migrations.RunSQL(MAKE_PERMISSION, migrations.RunSQL.noop),
        migrations.RunSQL(GIVE_TO_HEADS, TAKE),
        Function("cases_item_covered", ITEM_COVERED, guard=True, replaces=True),
    ]
