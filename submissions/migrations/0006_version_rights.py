"""Versions are frozen, approved by other eyes, and given on only where they are covered (R1, R4)."""

from django.db import migrations

from impna.rights import Function, Rights, Trigger

WRITE_ONCE = """
BEGIN
    RAISE EXCEPTION 'what was handed over or declared is never changed'
        USING ERRCODE = 'integrity_constraint_violation';
END
"""

# The approver has not changed the draft since the last hand-over (four eyes), or the CSO is
# single-handed and a night has passed; what the custody log says of it is then the row's own word.
FOUR_EYES = """
DECLARE
    provider bigint;
    alone boolean;
    last_version timestamptz;
    last_change timestamptz;
BEGIN
    SELECT s.partner_id, p.single_handed INTO provider, alone
        FROM public.submissions_submission s
        JOIN public.partners_partner p ON p.id = s.partner_id
        WHERE s.id = NEW.submission_id FOR UPDATE OF s;
    IF NOT EXISTS (SELECT FROM public.partners_user
                   WHERE id = NEW.handed_over_by_id AND partner_id = provider) THEN
        RAISE EXCEPTION 'only the providing partner hands over'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT max(handed_over_at) INTO last_version FROM public.submissions_version
        WHERE submission_id = NEW.submission_id;
    SELECT last_at INTO last_change FROM public.submissions_contribution
        WHERE submission_id = NEW.submission_id AND user_id = NEW.handed_over_by_id
          AND (last_version IS NULL OR last_at > last_version);
    IF last_change IS NOT NULL AND NOT NEW.single_handed THEN
        RAISE EXCEPTION 'whoever changed a draft does not hand it over'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.single_handed AND (last_change IS NULL OR NOT alone
            OR (NEW.handed_over_at AT TIME ZONE 'UTC')::date
               <= (last_change AT TIME ZONE 'UTC')::date) THEN
        RAISE EXCEPTION 'a single-handed hand-over waits until the next day'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""

# A version holds exhibits of its own submission, as they are answered for at that moment.
VERSION_HOLDS = """
DECLARE
    answered text;
BEGIN
    SELECT e.recognisable INTO answered
        FROM public.submissions_exhibit e
        JOIN public.submissions_version v ON v.submission_id = e.submission_id
        WHERE e.id = NEW.exhibit_id AND v.id = NEW.version_id AND e.removed_at IS NULL
          AND e.file_state IN ('sealed', 'none');
    IF answered IS NULL OR answered <> NEW.recognisable THEN
        RAISE EXCEPTION 'a version holds settled exhibits of its own submission'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

# What was handed over is not taken out again; withdrawing is another thing.
HANDED_OVER_STAYS = """
BEGIN
    IF (NEW.removed_at IS DISTINCT FROM OLD.removed_at OR NEW.delivery <> OLD.delivery)
       AND EXISTS (SELECT FROM public.submissions_versionexhibit WHERE exhibit_id = OLD.id) THEN
        RAISE EXCEPTION 'an exhibit that was handed over stays'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

# R4: the one place that says whether an exhibit of a version (or its texts: exhibit NULL) may be
# given to a unit; '' when it may, else what is missing.
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
        ("submissions", "0005_versions"),
        ("partners", "0003_addresses_and_memberships"),
        ("custody", "0006_referral_compartments"),
    ]
    operations = [
        Rights(
            "submissions_submission",
            app="SELECT, INSERT, UPDATE (title, kind, view, status, since, due_on, next_exhibit, "
            "next_incident, versions_made)",
            worker="SELECT",
            secretariat="SELECT (id, reference, partner_id, view, status, since, due_on, "
            "versions_made)",
            guard="SELECT, UPDATE (since)",
        ),
        Rights(
            "submissions_exhibit",
            app="SELECT, INSERT, UPDATE (delivery, evidence_type, recognisable, derivation, "
            "obtained, identified_by, strands, markers, handling, upload_id, file_state, name, "
            "description, details, findings, declared_sha256, declared_sha512, declared_size, "
            "removed_at)",
            worker="SELECT, UPDATE (file_id, file_state, failure, scan, scan_reason, findings)",
            guard="SELECT",
        ),
        Rights("submissions_contribution", app="SELECT, INSERT, UPDATE (last_at)", guard="SELECT"),
        Rights(
            "submissions_version",
            app="SELECT, INSERT",
            worker="SELECT",
            secretariat="SELECT (id, reference, submission_id, number, single_handed, "
            "handed_over_at)",
            guard="SELECT",
        ),
        Rights("submissions_versionexhibit", app="SELECT, INSERT", worker="SELECT", guard="SELECT"),
        Rights("submissions_declaration", app="SELECT, INSERT", worker="SELECT", guard="SELECT"),
        Function("submissions_write_once", WRITE_ONCE),
        *(
            Trigger(
                "write_once",
                f"submissions_{table}",
                "BEFORE UPDATE OR DELETE",
                "submissions_write_once",
            )
            for table in ("version", "versionexhibit", "declaration")
        ),
        Function("submissions_four_eyes", FOUR_EYES, guard=True),
        Trigger("four_eyes", "submissions_version", "BEFORE INSERT", "submissions_four_eyes"),
        Function("submissions_version_holds", VERSION_HOLDS, guard=True),
        Trigger(
            "version_holds",
            "submissions_versionexhibit",
            "BEFORE INSERT",
            "submissions_version_holds",
        ),
        Function("submissions_handed_over_stays", HANDED_OVER_STAYS, guard=True),
        Trigger(
            "handed_over_stays",
            "submissions_exhibit",
            "BEFORE UPDATE",
            "submissions_handed_over_stays",
        ),
        Function(
            "submissions_covers",
            COVERS,
            guard=True,
            arguments="p_version bigint, p_exhibit bigint, p_unit bigint",
            returns="text",
            execute="impna_app, impna_worker",
        ),
    ]
