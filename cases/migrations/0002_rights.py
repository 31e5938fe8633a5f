"""Who may write what; grants inside the addressed unit only; nothing given that is not covered."""

from django.db import migrations

from impna.rights import Function, Rights, Trigger

# R4 and the order of locks: the submission first, then whether it is covered at this moment.
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
           OR NEW.exhibit_id <> OLD.exhibit_id OR NEW.given_by_id <> OLD.given_by_id
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
    missing := public.submissions_covers(NEW.version_id, NEW.exhibit_id, to_unit);
    IF missing <> '' THEN
        RAISE EXCEPTION 'not covered: %', missing USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""

# A referral begins, and gets a newer version, only where its words are covered; it keeps whom it
# is for and what both sides write under.
REFERRAL_COVERED = """
DECLARE
    missing text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.reference <> OLD.reference OR NEW.submission_id <> OLD.submission_id
           OR NEW.unit_id <> OLD.unit_id OR NEW.compartment_id <> OLD.compartment_id
           OR NEW.sent_by_id <> OLD.sent_by_id OR NEW.sent_at <> OLD.sent_at
           OR (OLD.closed_at IS NOT NULL) THEN
            RAISE EXCEPTION 'a referral keeps whom it is for, and ends once'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.version_id = OLD.version_id AND NEW.mode = OLD.mode THEN
            RETURN NEW;
        END IF;
    END IF;
    PERFORM 1 FROM public.submissions_submission WHERE id = NEW.submission_id FOR UPDATE;
    IF NOT EXISTS (SELECT FROM public.submissions_version
                   WHERE id = NEW.version_id AND submission_id = NEW.submission_id) THEN
        RAISE EXCEPTION 'a referral gives a version of its submission'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    missing := public.submissions_covers(NEW.version_id, NULL, NEW.unit_id);
    IF missing <> '' THEN
        RAISE EXCEPTION 'not covered: %', missing USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""

# Grants on a referral: groups and members of the addressed unit, while it is live (DESIGN 4).
OWN_UNIT_GROUPS = """
DECLARE
    holder text;
    addressed text;
BEGIN
    SELECT split_part(name, ':', 1) INTO holder FROM public.auth_group WHERE id = NEW.group_id;
    SELECT u.reference INTO addressed
        FROM public.cases_referral r JOIN public.partners_unit u ON u.id = r.unit_id
        WHERE r.id = NEW.content_object_id AND r.closed_at IS NULL;
    IF holder IS NULL OR addressed IS NULL OR holder <> addressed THEN
        RAISE EXCEPTION 'only groups of the addressed unit hold grants on a live referral'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""

OWN_UNIT_MEMBERS = """
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.cases_referral r
        JOIN public.partners_membership m ON m.unit_id = r.unit_id
        WHERE r.id = NEW.content_object_id AND r.closed_at IS NULL
          AND m.user_id = NEW.user_id AND m.ended_at IS NULL
    ) THEN
        RAISE EXCEPTION 'only members of the addressed unit hold grants on a live referral'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""

WRITTEN_ONCE = """
BEGIN
    RAISE EXCEPTION 'what was said is never changed'
        USING ERRCODE = 'integrity_constraint_violation';
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
        ("submissions", "0006_version_rights"),
        ("partners", "0005_notification_rights"),
    ]
    operations = [
        Rights(
            "cases_referral",
            app="SELECT, INSERT, UPDATE (version_id, mode, status, since, due_on, taken_at, "
            "access_ends_on, disposal, closed_at)",
            worker="SELECT, UPDATE (access_ends_on)",
            secretariat="SELECT (id, reference, submission_id, unit_id, route, sent_at)",
            guard="SELECT",
        ),
        Rights(
            "cases_referralitem",
            app="SELECT, INSERT, UPDATE (ended_at, ended_by_id)",
            worker="SELECT, UPDATE (ended_at, ended_by_id)",
        ),
        Rights("cases_referralgroupobjectpermission", app="SELECT, INSERT, DELETE"),
        Rights("cases_referraluserobjectpermission", app="SELECT, INSERT, DELETE"),
        Rights(
            "cases_condition",
            app="SELECT, INSERT, UPDATE (answer, remark, answered_by_id, answered_at)",
        ),
        Rights(
            "cases_assessment",
            app="SELECT, INSERT, UPDATE (state, since, due_on, national_reference)",
        ),
        Rights(
            "cases_assignment",
            app="SELECT, INSERT, UPDATE (no_conflict_at, ended_at, ended_by_id)",
            worker="SELECT",
        ),
        *(
            Rights(f"cases_{table}", app="SELECT, INSERT")
            for table in ("note", "decision", "feedback", "message", "attachment")
        ),
        Rights(
            "cases_taken",
            app="SELECT, INSERT",
            worker="SELECT, UPDATE (checked_at, holds, claimed_until)",
        ),
        Rights(
            "cases_informationrequest",
            app="SELECT, INSERT, UPDATE (status, answer, answered_by_id, answered_at)",
            worker="SELECT, UPDATE (status)",
        ),
        Rights("cases_reminder", app="SELECT", worker="SELECT, INSERT"),
        Rights(
            "cases_advice",
            app="SELECT, INSERT, UPDATE (status, answer, forum, answered_by_id, answered_at)",
            worker="SELECT, UPDATE (status)",
        ),
        Rights("cases_advice_suggested", app="SELECT, INSERT, DELETE"),
        Rights(
            "partners_unit",
            app="SELECT, INSERT, "
            "UPDATE (name, takes_direct_intake, feedback_days, on_call, standing_text)",
            worker="SELECT",
            secretariat="SELECT",
            guard="SELECT",
        ),
        Function("cases_item_covered", ITEM_COVERED, guard=True),
        Trigger(
            "item_covered", "cases_referralitem", "BEFORE INSERT OR UPDATE", "cases_item_covered"
        ),
        Function("cases_referral_covered", REFERRAL_COVERED, guard=True),
        Trigger(
            "referral_covered",
            "cases_referral",
            "BEFORE INSERT OR UPDATE",
            "cases_referral_covered",
        ),
        Function("cases_own_unit_groups", OWN_UNIT_GROUPS, guard=True),
        Trigger(
            "own_unit_groups",
            "cases_referralgroupobjectpermission",
            "BEFORE INSERT OR UPDATE",
            "cases_own_unit_groups",
        ),
        Function("cases_own_unit_members", OWN_UNIT_MEMBERS, guard=True),
        Trigger(
            "own_unit_members",
            "cases_referraluserobjectpermission",
            "BEFORE INSERT OR UPDATE",
            "cases_own_unit_members",
        ),
        Function("cases_written_once", WRITTEN_ONCE),
        *(
            Trigger(
                "written_once", f"cases_{table}", "BEFORE UPDATE OR DELETE", "cases_written_once"
            )
            for table in ("note", "decision", "feedback", "message", "attachment")
        ),
    ]
