"""Codes that people hold: whoever uses one pauses what is given of them, until somebody answers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import impna.references
from impna.rights import Function, Rights, Trigger

# A code is used once and ends once; time ends it after its day, and never where somebody may be
# pressed.
CODE_KEEPS = """
DECLARE
    of_submission bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a code is ended, never deleted'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT p.submission_id INTO of_submission
        FROM public.submissions_person p WHERE p.id = NEW.person_id;
    PERFORM 1 FROM public.submissions_submission WHERE id = of_submission FOR UPDATE;
    IF TG_OP = 'INSERT' THEN
        IF NEW.used_at IS NOT NULL OR NEW.pressed_at IS NOT NULL OR NEW.ended_at IS NOT NULL
           OR NOT EXISTS (
               SELECT FROM public.submissions_submission s
               JOIN public.partners_user u ON u.partner_id = s.partner_id
               WHERE s.id = of_submission AND u.id = NEW.made_by_id) THEN
            RAISE EXCEPTION 'a code begins unused, made by somebody of the organisation'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (to_jsonb(NEW) - '{used_at,due_on,told_at,pressed_at,pressed_by_id,pressure,outcome,words,'
                        'ended_at,ended_by_id}'::text[])
           IS DISTINCT FROM
       (to_jsonb(OLD) - '{used_at,due_on,told_at,pressed_at,pressed_by_id,pressure,outcome,words,'
                        'ended_at,ended_by_id}'::text[])
       OR (OLD.ended_at IS NOT NULL AND
           (to_jsonb(NEW) - 'told_at') IS DISTINCT FROM (to_jsonb(OLD) - 'told_at'))
       OR (OLD.used_at IS NOT NULL AND NEW.used_at IS DISTINCT FROM OLD.used_at)
       OR (OLD.used_at IS NOT NULL AND NEW.due_on IS DISTINCT FROM OLD.due_on
           AND NEW.pressed_at IS NOT DISTINCT FROM OLD.pressed_at)
       OR (OLD.pressed_at IS NOT NULL AND NEW.pressed_at IS NULL) THEN
        RAISE EXCEPTION 'a code is used once, and ends once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.outcome = 'lapsed' AND OLD.outcome <> 'lapsed' AND (
        NEW.pressed_at IS NOT NULL
        OR OLD.due_on >= (public.submissions_moment() AT TIME ZONE 'UTC')::date
    ) THEN
        RAISE EXCEPTION 'a code lapses after its day, and where nobody may be pressed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

# Nothing can be locked without a right to change something; the system locks and changes nothing.
SYSTEM_LOCKS = """
BEGIN
    IF current_user = 'impna_worker' THEN
        RAISE EXCEPTION 'the system changes no submission'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""

# As in 0016; besides, a word taken back by nobody is one whose code nobody answered in time.
CONSENT_KEEPS = """
DECLARE
    of_submission bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'what somebody said is kept'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT p.submission_id INTO of_submission
        FROM public.submissions_person p WHERE p.id = NEW.person_id;
    PERFORM 1 FROM public.submissions_submission WHERE id = of_submission FOR UPDATE;
    IF TG_OP = 'INSERT' THEN
        IF NEW.replaced_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL
           OR EXISTS (SELECT FROM public.submissions_person
                      WHERE id = NEW.person_id AND removed_at IS NOT NULL)
           OR (NEW.evidence_id IS NOT NULL AND NOT EXISTS (
               SELECT FROM public.submissions_exhibit
               WHERE id = NEW.evidence_id AND submission_id = of_submission)) THEN
            RAISE EXCEPTION 'a consent is of somebody there, and its proof of the same submission'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (to_jsonb(NEW) - '{replaced_at,withdrawn_at,withdrawn_by_id}'::text[])
           IS DISTINCT FROM (to_jsonb(OLD) - '{replaced_at,withdrawn_at,withdrawn_by_id}'::text[])
       OR (OLD.replaced_at IS NOT NULL AND NEW.replaced_at IS DISTINCT FROM OLD.replaced_at)
       OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
    THEN
        RAISE EXCEPTION 'what somebody said is never changed, only followed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.withdrawn_at IS NOT NULL AND NEW.withdrawn_by_id IS NULL
       AND OLD.withdrawn_at IS NULL AND NOT EXISTS (
           SELECT FROM public.submissions_withdrawalcode
           WHERE person_id = NEW.person_id AND outcome = 'lapsed'
             AND ended_at = NEW.withdrawn_at) THEN
        RAISE EXCEPTION 'somebody takes a word back, or a code that nobody answered'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

# As in 0016; besides, nothing new is given of somebody who used their code. What was given before
# stays readable: it pauses and never pulls.
UNCOVERED = """
DECLARE
    -- A day is over where it ends first, at UTC+14: this is the earliest that is not.
    today date := ((public.submissions_moment() AT TIME ZONE 'UTC') + interval '14 hours')::date;
    to_body text;
    to_state text;
    to_kind text;
    deadly boolean;
    in_eu boolean;
    restricted boolean := p_purpose <> 'opening' AND EXISTS (
        SELECT FROM public.submissions_datasubjectrequest q
        WHERE q.submission_id = p_submission AND q.person_id IS NULL
          AND q.kind = 'restriction' AND q.lifted_at IS NULL
          AND (q.answered_at IS NULL OR q.outcome IN ('granted', 'partly')));
    not_used bigint[] := ARRAY(
        SELECT q.person_id FROM public.submissions_datasubjectrequest q
        WHERE q.submission_id = p_submission AND q.person_id IS NOT NULL
          AND q.kind = 'restriction' AND q.lifted_at IS NULL
          AND (q.answered_at IS NULL OR q.outcome IN ('granted', 'partly')));
    paused bigint[] := ARRAY(
        SELECT w.person_id FROM public.submissions_withdrawalcode w
        JOIN public.submissions_person n ON n.id = w.person_id
        WHERE n.submission_id = p_submission AND w.used_at IS NOT NULL AND w.ended_at IS NULL);
BEGIN
    SELECT r.reference, r.country, r.kind,
           r.kind = 'authority' AND coalesce((
               SELECT a.death_penalty FROM public.partners_vetting a
               WHERE a.partner_id = r.id AND a.outcome = 'confirmed'
               ORDER BY a.id DESC LIMIT 1), 'unknown') <> 'abolished',
           r.kind = 'authority' AND public.submissions_eu(r.country)
        INTO to_body, to_state, to_kind, deadly, in_eu
        FROM public.partners_unit u JOIN public.partners_partner r ON r.id = u.partner_id
        WHERE u.id = p_unit;
    RETURN QUERY
    WITH things AS (
        SELECT e.id, e.number, e.recognisable, e.identified_by, e.evidence_type, e.submission_id
            FROM public.submissions_exhibit e
            WHERE e.submission_id = p_submission AND e.id = ANY (p_exhibits)
        UNION ALL
        SELECT NULL, 0, coalesce((
                SELECT c.recognisable FROM public.submissions_coversheet c
                WHERE c.submission_id = p_submission), 'unanswered'), '[]'::jsonb, '', p_submission
            WHERE p_words
    ), linked AS (
        SELECT t.id AS thing, t.number, t.identified_by, t.evidence_type, l.id AS link,
               l.basis, l.person_id, l.signed_at
            FROM things t
            JOIN public.submissions_linkedexhibit x ON x.exhibit_id = t.id
            JOIN public.submissions_link l ON l.id = x.link_id
            WHERE l.ended_at IS NULL
        UNION ALL
        SELECT t.id, t.number, t.identified_by, t.evidence_type, l.id,
               l.basis, l.person_id, l.signed_at
            FROM things t
            JOIN public.submissions_link l ON l.submission_id = t.submission_id
            WHERE t.id IS NULL AND l.in_words AND l.ended_at IS NULL
    ), against AS (
        SELECT t.id AS thing, NULL::bigint AS link,
               CASE WHEN restricted THEN 'restricted'
                    WHEN t.recognisable NOT IN ('nobody', 'someone') THEN 'unanswered'
                    WHEN t.recognisable = 'someone' AND NOT EXISTS (
                        SELECT FROM linked k WHERE coalesce(k.thing, 0) = coalesce(t.id, 0))
                    THEN 'nobody_named' ELSE '' END AS lacks
            FROM things t
        UNION ALL
        SELECT k.thing, k.link, CASE
            WHEN p_purpose <> 'opening' AND k.person_id = ANY (not_used) THEN 'restricted'
            WHEN k.basis = 'not_required' THEN ''
            WHEN k.basis IN ('not_reachable', 'deceased')
                THEN CASE WHEN k.signed_at IS NULL THEN 'unsigned' ELSE '' END
            WHEN p.id IS NULL OR p.removed_at IS NOT NULL OR c.id IS NULL THEN 'not_asked'
            WHEN c.withdrawn_at IS NOT NULL THEN 'taken_back'
            WHEN p_purpose <> 'opening' AND k.person_id = ANY (paused) THEN 'paused'
            WHEN c.expires_on < today THEN 'over'
            WHEN c.of_age_on <= today THEN 'of_age'
            WHEN c.said ->> 'C01' IS DISTINCT FROM 'granted' THEN 'not_kept'
            WHEN c.not_exhibits @> to_jsonb(k.number) AND k.thing IS NOT NULL THEN 'not_this'
            WHEN p_purpose = 'cover' THEN
                CASE WHEN c.said ->> 'C02' = 'granted' THEN '' ELSE 'not_to' END
            WHEN p_purpose = 'assist' THEN
                CASE WHEN c.said ->> 'C03' = 'granted' THEN '' ELSE 'not_to' END
            WHEN to_body IS NULL OR c.never_bodies ? to_body
                 OR (to_state <> '' AND c.never_states ? to_state)
                 OR (deadly AND c.never_death_penalty) THEN 'never_to'
            WHEN NOT (c.to_bodies ? to_body
                      OR (to_kind = 'authority' AND to_state <> '' AND c.to_states ? to_state)
                      OR (in_eu AND c.said ->> 'C06' IS NOT DISTINCT FROM 'granted'))
                THEN 'not_to'
            WHEN p_purpose = 'evidence' AND (c.said ->> 'C12' IS DISTINCT FROM 'granted'
                 OR c.said ->> 'C14' IS NOT DISTINCT FROM 'granted') THEN 'lead_only'
            WHEN p_redacted OR k.thing IS NULL THEN ''
            WHEN c.said ->> 'C13' IS NOT DISTINCT FROM 'granted'
                 AND k.identified_by <> '[]'::jsonb AND k.identified_by <> '["place"]'::jsonb
                THEN 'identity_withheld'
            WHEN c.said ->> 'C18' IS DISTINCT FROM 'granted'
                 AND k.identified_by ?| ARRAY['face', 'voice'] THEN 'not_image'
            WHEN c.said ->> 'C19' IS DISTINCT FROM 'granted' AND k.evidence_type IN
                 ('medical_report', 'psychological_report', 'autopsy_forensic')
                THEN 'not_medical'
            ELSE '' END
            FROM linked k
            LEFT JOIN public.submissions_person p ON p.id = k.person_id
            -- One look into the index each, whatever the planner believes of a new table.
            LEFT JOIN LATERAL (
                SELECT * FROM public.submissions_consent one
                WHERE one.person_id = k.person_id AND one.replaced_at IS NULL LIMIT 1
            ) c ON true
    )
    SELECT a.thing, a.link, a.lacks FROM against a WHERE a.lacks <> ''
        ORDER BY a.thing NULLS FIRST, a.link NULLS FIRST;
END
"""

_ARGUMENTS = (
    "p_submission bigint, p_exhibits bigint[], p_words boolean, p_unit bigint, p_purpose text, "
    "p_redacted boolean"
)


class Migration(migrations.Migration):
    dependencies = [
        ("submissions", "0020_ask_again"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WithdrawalCode",
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
                ("digest", models.BinaryField(unique=True)),
                ("made_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("due_on", models.DateField(blank=True, null=True)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("pressed_at", models.DateTimeField(blank=True, null=True)),
                ("pressure", models.BinaryField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_used", "Ended before it was used"),
                            ("taken_back", "They took it back"),
                            ("lapsed", "Taken back because nobody had spoken with them in time"),
                            ("goes_on", "They want it to go on"),
                        ],
                        max_length=20,
                    ),
                ),
                ("words", models.BinaryField(null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="consent",
            name="a_withdrawn_consent_has_its_person",
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_by__isnull", True), ("withdrawn_at__isnull", False), _connector="OR"
                ),
                name="whoever_withdrew_a_consent_withdrew_it",
            ),
        ),
        migrations.AddField(
            model_name="withdrawalcode",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="withdrawalcode",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="withdrawalcode",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="codes",
                to="submissions.person",
            ),
        ),
        migrations.AddField(
            model_name="withdrawalcode",
            name="pressed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="withdrawalcode",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True), ("used_at__isnull", False)),
                fields=["due_on"],
                name="codes_that_pause",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawalcode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("person",),
                name="one_live_code_each",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawalcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome__in", ["", "not_used", "taken_back", "lapsed", "goes_on"])
                ),
                name="code_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawalcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_on__isnull", False), ("used_at__isnull", False)),
                    models.Q(("due_on__isnull", True), ("used_at__isnull", True)),
                    _connector="OR",
                ),
                name="a_used_code_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawalcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("pressed_at__isnull", False), ("pressed_by__isnull", False)),
                    models.Q(("pressed_at__isnull", True), ("pressed_by__isnull", True)),
                    _connector="OR",
                ),
                name="pressure_has_its_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawalcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome", ""), ("ended_at__isnull", False), _connector="XOR"),
                name="an_ended_code_says_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawalcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_by__isnull", True), ("outcome__in", ["", "lapsed"])),
                    models.Q(
                        ("ended_by__isnull", False),
                        ("outcome__in", ["not_used", "taken_back", "goes_on"]),
                    ),
                    _connector="OR",
                ),
                name="only_time_ends_a_code_without_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawalcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome__in", ["", "not_used"]), ("used_at__isnull", False), _connector="OR"
                ),
                name="only_a_used_code_has_consequences",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawalcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "not_used"), _negated=True),
                    ("used_at__isnull", True),
                    _connector="OR",
                ),
                name="a_used_code_is_answered",
            ),
        ),
        Rights(
            "submissions_withdrawalcode",
            app="SELECT, INSERT, UPDATE (used_at, due_on, pressed_at, pressed_by_id, pressure, "
            "outcome, words, ended_at, ended_by_id)",
            worker="SELECT, UPDATE (told_at, outcome, ended_at)",
            guard="SELECT",
        ),
        # What the system takes back when a day has passed, and what it reads and locks for that.
        migrations.RunSQL(
            "GRANT SELECT, UPDATE (withdrawn_at) ON submissions_consent TO impna_worker;"
            "GRANT SELECT ON submissions_person, submissions_link TO impna_worker;"
            "GRANT UPDATE (since) ON submissions_submission TO impna_worker",
            "REVOKE SELECT, UPDATE (withdrawn_at) ON submissions_consent FROM impna_worker;"
            "REVOKE SELECT ON submissions_person, submissions_link FROM impna_worker;"
            "REVOKE UPDATE (since) ON submissions_submission FROM impna_worker",
        ),
        Function("submissions_system_locks", SYSTEM_LOCKS),
        Trigger(
            "system_locks", "submissions_submission", "BEFORE UPDATE", "submissions_system_locks"
        ),
        Function("submissions_code_keeps", CODE_KEEPS, guard=True),
        Trigger(
            "code_keeps",
            "submissions_withdrawalcode",
            "BEFORE INSERT OR UPDATE OR DELETE",
            "submissions_code_keeps",
        ),
        Function("submissions_consent_keeps", CONSENT_KEEPS, guard=True, replaces=True),
        Function(
            "submissions_uncovered",
            UNCOVERED,
            guard=True,
            replaces=True,
            arguments=_ARGUMENTS,
            returns="TABLE (exhibit bigint, link bigint, missing text)",
        ),
    ]
