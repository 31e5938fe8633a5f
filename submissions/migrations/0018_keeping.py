"""Holds that the database keeps, erasures, reviews, and what people ask about their data (R10)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import impna.references
from impna.rights import Function, Rights, Trigger

# Is something kept: the whole submission or that exhibit; with no exhibit, anything of it?
HELD = """
BEGIN
    RETURN EXISTS (
        SELECT FROM public.submissions_hold h
        WHERE h.submission_id = p_submission AND h.ended_at IS NULL
          AND (p_exhibit IS NULL OR h.exhibit_id IS NULL OR h.exhibit_id = p_exhibit)
    );
END
"""

# The submission first: whoever erases at the same moment has it locked, and is waited for.
HOLD_KEEPS = """
DECLARE
    provider bigint;
    now_status text;
BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND (
           OLD.ended_at IS NOT NULL OR NEW.reference <> OLD.reference
           OR NEW.submission_id <> OLD.submission_id OR NEW.number <> OLD.number
           OR NEW.exhibit_id IS DISTINCT FROM OLD.exhibit_id OR NEW.basis <> OLD.basis
           OR NEW.set_at <> OLD.set_at)) THEN
        RAISE EXCEPTION 'a hold keeps what it is on, and ends once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT partner_id, status INTO provider, now_status
        FROM public.submissions_submission WHERE id = NEW.submission_id FOR UPDATE;
    IF NOT EXISTS (SELECT FROM public.partners_user
                   WHERE id = NEW.owner_id AND partner_id = provider) THEN
        RAISE EXCEPTION 'a hold is owned by somebody of the providing partner'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' AND (now_status = 'erased' OR (NEW.exhibit_id IS NOT NULL AND NOT EXISTS (
           SELECT FROM public.submissions_exhibit
           WHERE id = NEW.exhibit_id AND submission_id = NEW.submission_id
             AND removed_at IS NULL))) THEN
        RAISE EXCEPTION 'a hold is on what is there'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

# Erased once and for good, from withdrawn alone, and never while something of it is held. An
# update has locked its row already.
ERASED_STAYS = """
BEGIN
    IF OLD.status = 'erased' AND NEW.status <> 'erased' THEN
        RAISE EXCEPTION 'what was erased does not come back'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.status = 'erased' AND OLD.status <> 'erased' THEN
        IF public.submissions_held(OLD.id, NULL) THEN
            RAISE EXCEPTION 'a hold keeps this' USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF OLD.status <> 'withdrawn' OR NOT EXISTS (
               SELECT FROM public.submissions_erasure
               WHERE submission_id = OLD.id AND exhibit_id IS NULL) THEN
            RAISE EXCEPTION 'only what was withdrawn is erased'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NEW;
END
"""

# A key of an exhibit, or of something else in the submission's compartment.
KEY_HELD = """
DECLARE
    of_submission bigint;
    of_exhibit bigint;
BEGIN
    IF OLD.destroyed_at IS NOT NULL OR NEW.destroyed_at IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT id INTO of_submission FROM public.submissions_submission
        WHERE compartment_id = NEW.compartment_id FOR UPDATE;
    SELECT id INTO of_exhibit FROM public.submissions_exhibit WHERE key_id = NEW.id;
    IF public.submissions_held(of_submission, coalesce(of_exhibit, 0)) THEN
        RAISE EXCEPTION 'a hold keeps this' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""

COMPARTMENT_HELD = """
DECLARE
    of_submission bigint;
BEGIN
    IF OLD.destroyed_at IS NOT NULL AND NEW.destroyed_at IS DISTINCT FROM OLD.destroyed_at THEN
        RAISE EXCEPTION 'a compartment is destroyed once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.destroyed_at IS NULL AND NEW.destroyed_at IS NOT NULL THEN
        SELECT id INTO of_submission FROM public.submissions_submission
            WHERE compartment_id = NEW.id FOR UPDATE;
        IF of_submission IS NULL OR public.submissions_held(of_submission, NULL) THEN
            RAISE EXCEPTION 'a hold keeps this' USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    RETURN NEW;
END
"""

# What was handed over is taken out only by erasing it; what is held is not taken out at all.
EXHIBIT_STAYS = """
BEGIN
    IF (NEW.removed_at IS DISTINCT FROM OLD.removed_at OR NEW.delivery <> OLD.delivery)
       AND EXISTS (SELECT FROM public.submissions_versionexhibit WHERE exhibit_id = OLD.id)
       AND NOT (OLD.removed_at IS NULL AND NEW.delivery = OLD.delivery AND EXISTS (
               SELECT FROM public.submissions_erasure WHERE exhibit_id = OLD.id)) THEN
        RAISE EXCEPTION 'an exhibit that was handed over stays'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL THEN
        PERFORM 1 FROM public.submissions_submission WHERE id = OLD.submission_id FOR UPDATE;
        IF public.submissions_held(OLD.submission_id, OLD.id) THEN
            RAISE EXCEPTION 'a hold keeps this' USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    RETURN NEW;
END
"""

ERASURE_ALLOWED = """
DECLARE
    now_status text;
BEGIN
    SELECT status INTO now_status FROM public.submissions_submission
        WHERE id = NEW.submission_id FOR UPDATE;
    IF public.submissions_held(NEW.submission_id, NEW.exhibit_id) THEN
        RAISE EXCEPTION 'a hold keeps this' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (NEW.exhibit_id IS NULL AND now_status <> 'withdrawn')
       OR (NEW.exhibit_id IS NOT NULL AND (now_status = 'erased' OR NOT EXISTS (
               SELECT FROM public.submissions_exhibit
               WHERE id = NEW.exhibit_id AND submission_id = NEW.submission_id))) THEN
        RAISE EXCEPTION 'only what was withdrawn, or an exhibit of its own, is erased'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.during := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END
"""

# A version is frozen (R1). What was said in it of an exhibit goes with the exhibit (R10), in the
# transaction that erases it and no other; its digest stays that of the whole.
VERSION_KEEPS = """
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'manifest' = to_jsonb(OLD) - 'manifest' AND EXISTS (
           SELECT FROM public.submissions_erasure e
           JOIN public.submissions_versionexhibit i ON i.exhibit_id = e.exhibit_id
           WHERE i.version_id = OLD.id
             AND e.during = pg_current_xact_id()::text::bigint) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was handed over or declared is never changed'
        USING ERRCODE = 'integrity_constraint_violation';
END
"""

DATA_REQUEST_KEEPS = """
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.person_id IS NOT NULL AND NOT EXISTS (
               SELECT FROM public.submissions_person
               WHERE id = NEW.person_id AND submission_id = NEW.submission_id) THEN
            RAISE EXCEPTION 'a request is about a person of its submission'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.lifted_at IS NOT NULL
       OR (OLD.extended_at IS NOT NULL AND (NEW.due_on <> OLD.due_on
           OR NEW.extended_at IS DISTINCT FROM OLD.extended_at))
       OR (NEW.due_on <> OLD.due_on AND NEW.extended_at IS NULL)
       OR (OLD.answered_at IS NOT NULL AND (NEW.answered_at IS DISTINCT FROM OLD.answered_at
           OR NEW.outcome <> OLD.outcome OR NEW.due_on <> OLD.due_on)) THEN
        RAISE EXCEPTION 'a request is extended once, answered once, and never deleted'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("submissions", "0017_redactions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reviewed_at", models.DateTimeField()),
                ("next_on", models.DateField()),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="DataSubjectRequest",
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
                ("number", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("access", "To know and see what is kept"),
                            ("rectification", "To have something corrected"),
                            ("restriction", "To have it kept, and not used for now"),
                            ("erasure", "To have it erased"),
                            ("objection", "To object to its use"),
                        ],
                        max_length=20,
                    ),
                ),
                ("words", models.BinaryField()),
                ("received_on", models.DateField()),
                ("due_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("extended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("granted", "Granted"),
                            ("partly", "Granted in part"),
                            ("refused", "Refused"),
                        ],
                        max_length=20,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "extended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="data_requests",
                        to="submissions.person",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="data_requests",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=["due_on"],
                        name="data_requests_to_answer",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["access", "rectification", "restriction", "erasure", "objection"],
                            )
                        ),
                        name="data_request_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["", "granted", "partly", "refused"])),
                        name="data_request_outcome_known",
                    ),
                    models.UniqueConstraint(
                        fields=("submission", "number"),
                        name="data_request_number_once_per_submission",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("extended_at__isnull", False), ("extended_by__isnull", False)
                            ),
                            models.Q(("extended_at__isnull", True), ("extended_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="an_extension_has_its_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", False), ("answered_by__isnull", False)
                            ),
                            models.Q(("answered_at__isnull", True), ("answered_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="a_data_answer_has_its_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                            models.Q(("lifted_at__isnull", True), ("lifted_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="a_lifting_has_its_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("outcome", "")),
                            models.Q(
                                models.Q(("outcome", ""), _negated=True),
                                ("answered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_data_answer_has_its_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lifted_at__isnull", True),
                            models.Q(
                                ("kind", "restriction"), ("outcome__in", ["granted", "partly"])
                            ),
                            _connector="OR",
                        ),
                        name="only_a_granted_restriction_is_lifted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("erased_at", models.DateTimeField()),
                ("during", models.BigIntegerField(default=0, editable=False)),
                (
                    "erased_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "exhibit",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasure",
                        to="submissions.exhibit",
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasures",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("exhibit__isnull", True)),
                        fields=("submission",),
                        name="a_submission_is_erased_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Hold",
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
                ("number", models.PositiveSmallIntegerField()),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("legal_duty", "A law obliges us to keep it"),
                            ("asked", "A court or an authority asked for it in writing"),
                            ("request", "A request of a person about their data is pending"),
                            ("claim", "We need it for a claim of our own, or against us"),
                        ],
                        max_length=20,
                    ),
                ),
                ("words", models.BinaryField()),
                ("set_at", models.DateTimeField()),
                ("review_on", models.DateField()),
                ("looked_at", models.DateTimeField()),
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
                    "exhibit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="submissions.exhibit",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["review_on"],
                        name="holds_to_look_at",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("basis__in", ["legal_duty", "asked", "request", "claim"])
                        ),
                        name="hold_basis_known",
                    ),
                    models.UniqueConstraint(
                        fields=("submission", "number"), name="hold_number_once_per_submission"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="a_holds_end_has_its_person",
                    ),
                ],
            },
        ),
        Rights(
            "submissions_hold",
            app="SELECT, INSERT, UPDATE (words, owner_id, review_on, looked_at, ended_at, "
            "ended_by_id)",
            guard="SELECT",
        ),
        Rights("submissions_erasure", app="SELECT, INSERT", guard="SELECT"),
        Rights("submissions_review", app="SELECT, INSERT"),
        Rights(
            "submissions_datasubjectrequest",
            app="SELECT, INSERT, UPDATE (due_on, extended_at, extended_by_id, outcome, "
            "answered_at, answered_by_id, lifted_at, lifted_by_id)",
            guard="SELECT",
        ),
        Rights(
            "submissions_version",
            app="SELECT, INSERT, UPDATE (manifest)",
            worker="SELECT",
            secretariat="SELECT (id, reference, submission_id, number, single_handed, "
            "handed_over_at)",
            guard="SELECT",
        ),
        Function(
            "submissions_held",
            HELD,
            arguments="p_submission bigint, p_exhibit bigint",
            returns="boolean",
            execute="impna_guard",
        ),
        Function("submissions_hold_keeps", HOLD_KEEPS, guard=True),
        Trigger(
            "hold_keeps",
            "submissions_hold",
            "BEFORE INSERT OR UPDATE OR DELETE",
            "submissions_hold_keeps",
        ),
        Function("submissions_erased_stays", ERASED_STAYS, guard=True),
        Trigger(
            "erased_stays",
            "submissions_submission",
            "BEFORE UPDATE OF status",
            "submissions_erased_stays",
        ),
        Function("submissions_key_held", KEY_HELD, guard=True),
        Trigger(
            "held", "custody_sealingkey", "BEFORE UPDATE OF destroyed_at", "submissions_key_held"
        ),
        Function("submissions_compartment_held", COMPARTMENT_HELD, guard=True),
        Trigger(
            "held",
            "custody_compartment",
            "BEFORE UPDATE OF destroyed_at",
            "submissions_compartment_held",
        ),
        Function("submissions_handed_over_stays", EXHIBIT_STAYS, guard=True, replaces=True),
        Function("submissions_erasure_allowed", ERASURE_ALLOWED, guard=True),
        Trigger(
            "erasure_allowed",
            "submissions_erasure",
            "BEFORE INSERT",
            "submissions_erasure_allowed",
        ),
        *(
            Trigger(
                "write_once",
                f"submissions_{table}",
                "BEFORE UPDATE OR DELETE",
                "submissions_write_once",
            )
            for table in ("erasure", "review")
        ),
        Function("submissions_version_keeps", VERSION_KEEPS, guard=True),
        migrations.RunSQL(
            "DROP TRIGGER write_once ON submissions_version",
            "CREATE TRIGGER write_once BEFORE UPDATE OR DELETE ON submissions_version "
            "FOR EACH ROW EXECUTE FUNCTION submissions_write_once()",
        ),
        Trigger(
            "version_keeps",
            "submissions_version",
            "BEFORE UPDATE OR DELETE",
            "submissions_version_keeps",
        ),
        Function("submissions_data_request_keeps", DATA_REQUEST_KEEPS, guard=True),
        Trigger(
            "data_request_keeps",
            "submissions_datasubjectrequest",
            "BEFORE INSERT OR UPDATE OR DELETE",
            "submissions_data_request_keeps",
        ),
    ]
