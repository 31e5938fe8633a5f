"""A closed account gives its address up, and a membership stays inside the person's partner."""

from django.db import migrations, models
from django.db.models.functions import Lower

from impna.rights import Function, Rights, Trigger

# No check constraint can look at another table. Nobody's partner and no unit's partner ever changes:
# the application has no right to those columns.
INSIDE_ONE_PARTNER = """
BEGIN
    IF NOT EXISTS (SELECT FROM public.partners_user
            WHERE id = NEW.user_id AND partner_id = NEW.partner_id)
        OR NEW.unit_id IS NOT NULL AND NOT EXISTS (SELECT FROM public.partners_unit
            WHERE id = NEW.unit_id AND partner_id = NEW.partner_id)
    THEN
        RAISE EXCEPTION 'a role is held inside the own partner'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [("partners", "0002_rights")]
    operations = [
        migrations.RemoveConstraint(model_name="user", name="one_account_per_address"),
        migrations.AlterField(
            model_name="user",
            name="email",
            field=models.EmailField(max_length=254, verbose_name="e-mail address"),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(("removed_at__isnull", True)),
                name="one_open_account_per_address",
            ),
        ),
        Rights(
            "partners_user",
            app="SELECT, INSERT, UPDATE (display_name, language, password, is_active, joined_at, "
            "removed_at, sessions_from, last_login)",
            worker="SELECT",
            secretariat="SELECT, UPDATE (sessions_from)",
            guard="SELECT (id, partner_id)",
        ),
        Rights(
            "partners_unit",
            app="SELECT, INSERT, "
            "UPDATE (name, takes_direct_intake, feedback_days, on_call, standing_text)",
            worker="SELECT",
            secretariat="SELECT",
            guard="SELECT (id, partner_id)",
        ),
        Function("partners_inside_one_partner", INSIDE_ONE_PARTNER, guard=True),
        Trigger(
            "inside_one_partner",
            "partners_membership",
            "BEFORE INSERT OR UPDATE",
            "partners_inside_one_partner",
        ),
    ]
