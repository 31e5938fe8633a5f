"""The log can be appended to and nothing else, whatever an application's role tries (R6)."""

from django.db import migrations

from impna.rights import Function, Rights, Trigger

REFUSE = """
BEGIN
    RAISE EXCEPTION 'the custody log is append-only'
        USING ERRCODE = 'integrity_constraint_violation';
END
"""

ERASE_ONLY = """
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
       AND NEW.salt IS NULL AND NEW.sealed IS NULL
       AND NEW.id = OLD.id AND NEW.event_id = OLD.event_id AND NEW.name = OLD.name THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a name or reason in the custody log can only be erased'
        USING ERRCODE = 'integrity_constraint_violation';
END
"""

QUEUE = """
BEGIN
    INSERT INTO public.custody_pendingevent (event_id) VALUES (NEW.id);
    RETURN NULL;
END
"""


# An original never changes (R1): nothing of a sealed file can be rewritten or removed by a role that
# has the right to write rows at all.
WRITE_ONCE = """
BEGIN
    RAISE EXCEPTION 'a sealed file is written once'
        USING ERRCODE = 'integrity_constraint_violation';
END
"""

# Erasing is for good: a destroyed key does not come back.
DESTROYED_ONCE = """
BEGIN
    IF TG_OP = 'DELETE'
       OR (OLD.destroyed_at IS NOT NULL AND NEW.destroyed_at IS DISTINCT FROM OLD.destroyed_at)
       OR NEW.entry <> OLD.entry OR NEW.recipient <> OLD.recipient
       OR NEW.compartment_id <> OLD.compartment_id OR NEW.reference <> OLD.reference THEN
        RAISE EXCEPTION 'a sealing key only ever ends'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [("custody", "0002_log")]
    operations = [
        Function("custody_refuse_change", REFUSE),
        Function("custody_erase_only", ERASE_ONLY),
        Function("custody_queue_event", QUEUE, guard=True),
        Trigger(
            "append_only",
            "custody_custodyevent",
            "BEFORE UPDATE OR DELETE",
            "custody_refuse_change",
        ),
        Trigger(
            "no_truncate",
            "custody_custodyevent",
            "BEFORE TRUNCATE",
            "custody_refuse_change",
            each="STATEMENT",
        ),
        Trigger("queue", "custody_custodyevent", "AFTER INSERT", "custody_queue_event"),
        Trigger("erase_only", "custody_eventtext", "BEFORE UPDATE OR DELETE", "custody_erase_only"),
        Trigger(
            "no_truncate",
            "custody_eventtext",
            "BEFORE TRUNCATE",
            "custody_refuse_change",
            each="STATEMENT",
        ),
        Rights(
            "custody_compartment",
            app="SELECT, INSERT, UPDATE (destroyed_at)",
            worker="SELECT",
            secretariat="SELECT",
        ),
        Rights(
            "custody_custodyevent",
            app="SELECT, INSERT",
            worker="SELECT, INSERT",
            secretariat="SELECT, INSERT",
        ),
        Rights(
            "custody_eventtext",
            app="SELECT, INSERT, UPDATE (salt, sealed, erased_at)",
            worker="SELECT, INSERT",
            secretariat="SELECT, INSERT",
        ),
        Function("custody_write_once", WRITE_ONCE),
        Trigger(
            "write_once", "custody_sealedfile", "BEFORE UPDATE OR DELETE", "custody_write_once"
        ),
        Trigger(
            "no_truncate",
            "custody_sealedfile",
            "BEFORE TRUNCATE",
            "custody_write_once",
            each="STATEMENT",
        ),
        Function("custody_destroyed_once", DESTROYED_ONCE),
        Trigger(
            "destroyed_once",
            "custody_sealingkey",
            "BEFORE UPDATE OR DELETE",
            "custody_destroyed_once",
        ),
        Rights(
            "custody_sealingkey",
            app="SELECT, INSERT, UPDATE (destroyed_at, entry_gone_at)",
            worker="SELECT, INSERT, UPDATE (entry_gone_at)",
        ),
        Rights("custody_sealedfile", app="SELECT, INSERT", worker="SELECT, INSERT"),
        Rights(
            "custody_opening",
            app="SELECT, INSERT, UPDATE (bytes_sent, requests)",
            worker="SELECT, UPDATE (ended_at)",
        ),
        Rights("custody_pendingevent", worker="SELECT, DELETE", guard="INSERT"),
    ]
