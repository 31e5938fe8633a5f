"""What the roles may do with accounts and partners, and what must never be false."""

from django.db import migrations

from impna.rights import Function, Rights, Trigger

# A removal never leaves a partner without a manager, nor the Secretariat without two coordinators.
# Locks the partner, so that two managers who remove each other at once cannot both succeed.
ENOUGH_REMAIN = """
DECLARE
    least integer := CASE OLD.role WHEN 'manager' THEN 1 WHEN 'coordinator' THEN 2 ELSE 0 END;
    remaining integer;
BEGIN
    IF least = 0 OR OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM public.partners_partner WHERE id = OLD.partner_id FOR UPDATE;
    SELECT count(*) INTO remaining FROM public.partners_membership
        WHERE partner_id = OLD.partner_id AND role = OLD.role AND ended_at IS NULL;
    IF remaining < least THEN
        RAISE EXCEPTION 'at least % must stay %', least, OLD.role
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
"""

ANSWERED_ONCE = """
BEGIN
    IF OLD.outcome <> 'awaited' THEN
        RAISE EXCEPTION 'a vetting is never changed, only followed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

_STATE = "status, since, due_on, locked_at, locked_by_id"


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0001_initial"),
        ("custody", "0003_append_only"),
        ("sessions", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("guardian", "0002_generic_permissions_index"),
    ]
    operations = [
        Function("partners_enough_remain", ENOUGH_REMAIN, guard=True),
        Trigger("enough_remain", "partners_membership", "AFTER UPDATE", "partners_enough_remain"),
        Function("partners_answered_once", ANSWERED_ONCE),
        Trigger("answered_once", "partners_vetting", "BEFORE UPDATE", "partners_answered_once"),
        Rights(
            "partners_partner",
            app=f"SELECT, INSERT, UPDATE ({_STATE}, listed, single_handed)",
            worker="SELECT",
            secretariat=f"SELECT, INSERT, UPDATE ({_STATE})",
            guard="SELECT, UPDATE (since)",
        ),
        Rights(
            "partners_unit",
            app="SELECT, INSERT, "
            "UPDATE (name, takes_direct_intake, feedback_days, on_call, standing_text)",
            worker="SELECT",
            secretariat="SELECT",
        ),
        Rights(
            "partners_vetting",
            app="SELECT",
            worker="SELECT",
            secretariat="SELECT, INSERT, "
            "UPDATE (outcome, reach, answer, answered_by_id, answered_at)",
        ),
        Rights(
            "partners_user",
            app="SELECT, INSERT, UPDATE (display_name, language, password, is_active, joined_at, "
            "removed_at, sessions_from, last_login)",
            worker="SELECT",
            secretariat="SELECT, UPDATE (sessions_from)",
        ),
        Rights("partners_user_groups", app="SELECT, INSERT, DELETE", secretariat="SELECT"),
        Rights("partners_user_user_permissions"),
        Rights(
            "partners_membership",
            app="SELECT, INSERT, UPDATE (ended_at, ended_by_id)",
            worker="SELECT",
            secretariat="SELECT",
            guard="SELECT",
        ),
        Rights(
            "partners_invitation",
            app="SELECT, INSERT, UPDATE (expires_at, accepted_at, accepted_by_id, revoked_at, "
            "revoked_by_id)",
            secretariat="SELECT, INSERT, UPDATE (expires_at, revoked_at, revoked_by_id)",
        ),
        Rights("partners_termsacceptance", app="SELECT, INSERT", secretariat="SELECT"),
        Rights("partners_totpdevice", app="SELECT, INSERT, UPDATE, DELETE", secretariat="SELECT"),
        Rights("partners_recoverycode", app="SELECT, INSERT, UPDATE (used_at), DELETE"),
        Rights("partners_onetimelink", app="SELECT, INSERT, UPDATE (expires_at, used_at)"),
        Rights("partners_lostfactor", app="SELECT, INSERT, UPDATE", secretariat="SELECT, UPDATE"),
        Rights("partners_throttle", app="SELECT, INSERT, UPDATE"),
        Rights(
            "partners_letter",
            app="SELECT, INSERT",
            worker="SELECT, INSERT, "
            "UPDATE (link, due_at, claimed_until, attempts, sent_at, given_up_at)",
            secretariat="SELECT, INSERT",
        ),
        Rights("auth_group", app="SELECT, INSERT", worker="SELECT", secretariat="SELECT"),
        Rights("auth_group_permissions"),
        Rights("auth_permission", app="SELECT", worker="SELECT", secretariat="SELECT"),
        Rights("django_content_type", app="SELECT", worker="SELECT", secretariat="SELECT"),
        Rights(
            "django_session",
            app="SELECT, INSERT, UPDATE, DELETE",
            worker="SELECT, DELETE",
            secretariat="SELECT, INSERT, UPDATE, DELETE",
        ),
        Rights("guardian_userobjectpermission"),
        Rights("guardian_groupobjectpermission"),
        Rights("django_migrations", app="SELECT", worker="SELECT"),
    ]
