"""Who may write what of a submission, and who may hold a grant on it (DESIGN 4)."""

from django.db import migrations

from impna.rights import Function, Rights, Trigger

# Grants on a submission belong to groups of the providing partner; a group is named by the
# reference of its partner, and no role may rename one. Sees across partners, so it is the guard's.
OWN_GROUPS_ONLY = """
DECLARE
    holder text;
    provider text;
BEGIN
    SELECT split_part(name, ':', 1) INTO holder FROM public.auth_group WHERE id = NEW.group_id;
    SELECT p.reference INTO provider
        FROM public.submissions_submission s
        JOIN public.partners_partner p ON p.id = s.partner_id
        WHERE s.id = NEW.content_object_id;
    IF holder IS NULL OR provider IS NULL OR holder <> provider THEN
        RAISE EXCEPTION 'only groups of the providing partner hold grants on its submission'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""

NOBODY_ALONE = """
BEGIN
    RAISE EXCEPTION 'no single person holds a grant on a submission'
        USING ERRCODE = 'insufficient_privilege';
END
"""

# What is sealed stays sealed, and a number once used stays used (R1).
EXHIBIT_KEEPS = """
BEGIN
    IF TG_OP = 'DELETE'
       OR (OLD.file_id IS NOT NULL AND NEW.file_id IS DISTINCT FROM OLD.file_id)
       OR NEW.number <> OLD.number OR NEW.submission_id <> OLD.submission_id
       OR NEW.key_id <> OLD.key_id OR NEW.reference <> OLD.reference
       OR (OLD.removed_at IS NOT NULL AND NEW.removed_at IS DISTINCT FROM OLD.removed_at) THEN
        RAISE EXCEPTION 'an exhibit keeps its number, its key and its file'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("submissions", "0001_initial"),
        ("partners", "0002_rights"),
        ("custody", "0005_upload_rights"),
    ]
    operations = [
        Rights(
            "submissions_submission",
            app="SELECT, INSERT, UPDATE (title, kind, view, status, since, due_on, next_exhibit)",
            worker="SELECT",
            guard="SELECT",
        ),
        Rights(
            "submissions_exhibit",
            app="SELECT, INSERT, UPDATE (delivery, evidence_type, recognisable, upload_id, "
            "file_state, name, description, findings, declared_sha256, declared_sha512, "
            "declared_size, "
            "removed_at)",
            worker="SELECT, UPDATE (file_id, file_state, failure, scan, scan_reason, findings)",
        ),
        Rights("submissions_uploadtoken", app="SELECT, INSERT, UPDATE (revoked_at)"),
        Rights("submissions_submissionuserobjectpermission"),
        Rights(
            "submissions_submissiongroupobjectpermission",
            app="SELECT, INSERT, DELETE",
            worker="SELECT",
        ),
        Rights(
            "auth_group",
            app="SELECT, INSERT",
            worker="SELECT",
            secretariat="SELECT",
            guard="SELECT",
        ),
        Function("submissions_own_groups_only", OWN_GROUPS_ONLY, guard=True),
        Trigger(
            "own_groups_only",
            "submissions_submissiongroupobjectpermission",
            "BEFORE INSERT OR UPDATE",
            "submissions_own_groups_only",
        ),
        Function("submissions_nobody_alone", NOBODY_ALONE),
        Trigger(
            "nobody_alone",
            "submissions_submissionuserobjectpermission",
            "BEFORE INSERT OR UPDATE",
            "submissions_nobody_alone",
        ),
        Function("submissions_exhibit_keeps", EXHIBIT_KEEPS),
        Trigger(
            "exhibit_keeps",
            "submissions_exhibit",
            "BEFORE UPDATE OR DELETE",
            "submissions_exhibit_keeps",
        ),
    ]
