"""The identity vault: who stands behind a pseudonym, each under a key of its own, and its tokens."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import impna.references
from impna.rights import Function, Rights, Trigger

# An identity is of somebody present, and its own key is of that submission's compartment.
IDENTITY_JOINS = """
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.submissions_person p
        JOIN public.submissions_submission s ON s.id = p.submission_id
        JOIN public.custody_sealingkey k ON k.compartment_id = s.compartment_id
        JOIN public.custody_sealedfile f ON f.key_id = k.id
        WHERE p.id = NEW.person_id AND p.removed_at IS NULL
          AND k.id = NEW.key_id AND k.destroyed_at IS NULL AND f.id = NEW.file_id
          AND NOT EXISTS (SELECT FROM public.submissions_exhibit e WHERE e.key_id = k.id)
    ) THEN
        RAISE EXCEPTION 'an identity has a key of its own, in the compartment of its submission'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

# It only ever ends: its key first, its tokens with it, the row stays as a tombstone.
IDENTITY_KEEPS = """
BEGIN
    IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
       OR NEW.person_id <> OLD.person_id OR NEW.key_id <> OLD.key_id
       OR NEW.file_id <> OLD.file_id OR NEW.reference <> OLD.reference THEN
        RAISE EXCEPTION 'an identity only ever ends'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.ended_at IS NOT NULL AND (
        EXISTS (SELECT FROM public.custody_sealingkey
                WHERE id = NEW.key_id AND destroyed_at IS NULL)
        OR EXISTS (SELECT FROM public.submissions_nametoken WHERE identity_id = NEW.id)
    ) THEN
        RAISE EXCEPTION 'an identity ends with its key and its tokens'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

OF_WHAT_IS_KEPT = """
BEGIN
    IF length(NEW.token) <> 16 OR NOT EXISTS (
        SELECT FROM public.submissions_identity WHERE id = NEW.identity_id AND ended_at IS NULL
    ) THEN
        RAISE EXCEPTION 'a token is of an identity that is kept'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

PERSON_LEAVES_NONE = """
BEGIN
    IF NEW.removed_at IS NOT NULL AND EXISTS (
        SELECT FROM public.submissions_identity WHERE person_id = NEW.id AND ended_at IS NULL
    ) THEN
        RAISE EXCEPTION 'a removed person has no identity'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

# What exists already gets what `submissions.actions.drafts.begin` gives what is begun from now on.
# In a new database there is nothing, and Django makes the permission afterwards.
MAKE_PERMISSION = """
    INSERT INTO auth_permission (name, content_type_id, codename)
    SELECT 'May open identities', id, 'view_identity' FROM django_content_type
    WHERE app_label = 'submissions' AND model = 'submission'
    ON CONFLICT DO NOTHING
"""
GIVE_TO_LEADS = """
    INSERT INTO submissions_submissiongroupobjectpermission
        (group_id, permission_id, content_object_id)
    SELECT held.group_id, opens.id, held.content_object_id
    FROM submissions_submissiongroupobjectpermission held
    JOIN auth_permission leads
        ON leads.id = held.permission_id AND leads.codename = 'lead_submission'
    JOIN auth_permission opens
        ON opens.content_type_id = leads.content_type_id AND opens.codename = 'view_identity'
    ON CONFLICT DO NOTHING
"""
TAKE_FROM_LEADS = """
    DELETE FROM submissions_submissiongroupobjectpermission held USING auth_permission opens
    WHERE opens.id = held.permission_id AND opens.codename = 'view_identity'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("custody", "0007_quick_columns"),
        ("submissions", "0018_keeping"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

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
                ],
            },
        ),
        migrations.CreateModel(
            name="Identity",
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
                ("kept_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
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
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identity",
                        to="custody.sealedfile",
                    ),
                ),
                (
                    "kept_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "key",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identity",
                        to="custody.sealingkey",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identities",
                        to="submissions.person",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("person",),
                        name="one_identity_kept_of_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="an_identitys_end_has_its_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NameToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.BinaryField(max_length=16)),
                (
                    "identity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tokens",
                        to="submissions.identity",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("identity", "token"), name="a_token_once_per_identity"
                    )
                ],
            },
        ),
        Rights("submissions_identity", app="SELECT, INSERT, UPDATE (ended_at, ended_by_id)"),
        Rights("submissions_nametoken", app="SELECT, INSERT, DELETE"),
        Function("submissions_identity_joins", IDENTITY_JOINS),
        Trigger(
            "identity_joins", "submissions_identity", "BEFORE INSERT", "submissions_identity_joins"
        ),
        Function("submissions_identity_keeps", IDENTITY_KEEPS),
        Trigger(
            "identity_keeps",
            "submissions_identity",
            "BEFORE UPDATE OR DELETE",
            "submissions_identity_keeps",
        ),
        Function("submissions_token_of_kept", OF_WHAT_IS_KEPT),
        Trigger(
            "token_of_kept", "submissions_nametoken", "BEFORE INSERT", "submissions_token_of_kept"
        ),
        Function("submissions_person_leaves_none", PERSON_LEAVES_NONE),
        Trigger(
            "person_leaves_none",
            "submissions_person",
            "BEFORE UPDATE OF removed_at",
            "submissions_person_leaves_none",
        ),
        migrations.RunSQL(MAKE_PERMISSION, migrations.RunSQL.noop),
        migrations.RunSQL(GIVE_TO_LEADS, TAKE_FROM_LEADS),
    ]
