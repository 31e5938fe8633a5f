"""Originals in which someone can be recognised open with a permission of their own (DESIGN 6)."""

from django.db import migrations

from impna.rights import Function

# As in 0016, and of a redacted copy what is covered as one.
COVERS = """
DECLARE
    of_submission bigint;
    now_status text;
    still_there boolean;
    lacking text;
BEGIN
    SELECT s.id, s.status INTO of_submission, now_status
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
        SELECT e.removed_at IS NULL INTO still_there
            FROM public.submissions_versionexhibit i
            JOIN public.submissions_exhibit e ON e.id = i.exhibit_id
            WHERE i.version_id = p_version AND i.exhibit_id = p_exhibit;
        IF still_there IS NOT TRUE THEN
            RETURN 'not_handed_over';
        END IF;
    END IF;
    SELECT u.missing INTO lacking FROM public.submissions_uncovered(
        of_submission, array_remove(ARRAY[p_exhibit], NULL), p_exhibit IS NULL, p_unit, 'referral',
        p_redacted) u LIMIT 1;
    IF lacking IS NOT NULL THEN
        RETURN lacking;
    END IF;
    IF NOT EXISTS (SELECT FROM public.submissions_declaration
                   WHERE version_id = p_version AND unit_id = p_unit) THEN
        RETURN 'undeclared';
    END IF;
    RETURN '';
END
"""

ORIGINAL_COVERS = """
BEGIN
    RETURN public.submissions_covers(p_version, p_exhibit, p_unit, false);
END
"""

# What exists already gets what `submissions.actions.drafts.begin` gives what is begun from now on.
# In a new database there is nothing, and Django makes the permission afterwards.
MAKE_PERMISSION = """
    INSERT INTO auth_permission (name, content_type_id, codename)
    SELECT 'May open originals in which someone can be recognised', id, 'identify_submission'
    FROM django_content_type WHERE app_label = 'submissions' AND model = 'submission'
    ON CONFLICT DO NOTHING
"""
GIVE_TO_WHO_WORKS = """
    INSERT INTO submissions_submissiongroupobjectpermission
        (group_id, permission_id, content_object_id)
    SELECT DISTINCT held.group_id, opens.id, held.content_object_id
    FROM submissions_submissiongroupobjectpermission held
    JOIN auth_permission works ON works.id = held.permission_id
        AND works.codename IN ('draft_submission', 'approve_submission', 'lead_submission')
    JOIN auth_permission opens ON opens.content_type_id = works.content_type_id
        AND opens.codename = 'identify_submission'
    ON CONFLICT DO NOTHING
"""
TAKE = """
    DELETE FROM submissions_submissiongroupobjectpermission held USING auth_permission opens
    WHERE opens.id = held.permission_id AND opens.codename = 'identify_submission'
"""


class Migration(migrations.Migration):
    dependencies = [("submissions", "0021_withdrawal_codes")]

    operations = [
        migrations.AlterModelOptions(
            name="submission",
            options={
                "default_permissions": ("view",),
                "permissions": [
                    ("draft_submission", "May draft"),
                    ("approve_submission", "May hand over, supplement, withdraw"),
                    ("lead_submission", "May process withdrawals and erase identities"),
                    ("view_identity", "May open identities"),
                    (
                        "identify_submission",
                        "May open originals in which someone can be recognised",
                    ),
                ],
            },
        ),
        migrations.RunSQL(MAKE_PERMISSION, migrations.RunSQL.noop),
        migrations.RunSQL(GIVE_TO_WHO_WORKS, TAKE),
        migrations.RunSQL(
            "GRANT SELECT ON submissions_redaction TO impna_guard",
            "REVOKE SELECT ON submissions_redaction FROM impna_guard",
        ),
        Function(
            "submissions_covers",
            COVERS,
            guard=True,
            arguments="p_version bigint, p_exhibit bigint, p_unit bigint, p_redacted boolean",
            returns="text",
        ),
        Function(
            "submissions_covers",
            ORIGINAL_COVERS,
            guard=True,
            replaces=True,
            arguments="p_version bigint, p_exhibit bigint, p_unit bigint",
            returns="text",
        ),
    ]
