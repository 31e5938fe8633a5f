"""Nothing is given that somebody's word, or the lack of it, stands against (R4).

Every change of a link, of where it holds, and of a consent locks the submission first; whoever
gives something has locked it too, so that one of the two sees the other.
"""

from django.db import migrations

from impna.rights import APP, WORKER, Function, Rights, Trigger

LINK_KEEPS = """
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a link is ended, never deleted'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    PERFORM 1 FROM public.submissions_submission WHERE id = NEW.submission_id FOR UPDATE;
    IF TG_OP = 'INSERT' THEN
        IF NEW.signed_at IS NOT NULL OR NEW.ended_at IS NOT NULL THEN
            RAISE EXCEPTION 'a link begins unsigned'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.person_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM public.submissions_person
            WHERE id = NEW.person_id AND submission_id = NEW.submission_id
              AND removed_at IS NULL
        ) THEN
            RAISE EXCEPTION 'a link is of somebody of its submission'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.submission_id <> OLD.submission_id OR NEW.reference <> OLD.reference
       OR NEW.number <> OLD.number OR NEW.person_id IS DISTINCT FROM OLD.person_id
       OR NEW.fewest IS DISTINCT FROM OLD.fewest OR NEW.most IS DISTINCT FROM OLD.most
       OR NEW.added_by_id <> OLD.added_by_id OR OLD.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'a link keeps whom it is of, and ends once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.signed_at IS NOT NULL AND (
        (OLD.signed_at IS NOT NULL AND (
            NEW.basis <> OLD.basis OR NEW.in_words <> OLD.in_words
            OR NEW.details IS DISTINCT FROM OLD.details
            OR NEW.signed_by_id <> OLD.signed_by_id))
        OR NOT EXISTS (
            SELECT FROM public.submissions_submission s
            JOIN public.partners_partner p ON p.id = s.partner_id
            JOIN public.partners_user u ON u.partner_id = s.partner_id
            WHERE s.id = NEW.submission_id AND u.id = NEW.signed_by_id
              AND (u.id <> NEW.added_by_id OR p.single_handed))
    ) THEN
        RAISE EXCEPTION 'somebody else of the organisation signs what stands there'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""

LINKED_KEEPS = """
DECLARE
    of_link bigint;
    of_submission bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'where a link holds is written anew'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    of_link := CASE TG_OP WHEN 'DELETE' THEN OLD.link_id ELSE NEW.link_id END;
    SELECT l.submission_id INTO of_submission
        FROM public.submissions_link l WHERE l.id = of_link;
    PERFORM 1 FROM public.submissions_submission WHERE id = of_submission FOR UPDATE;
    IF EXISTS (SELECT FROM public.submissions_link
               WHERE id = of_link AND (signed_at IS NOT NULL OR ended_at IS NOT NULL)) THEN
        RAISE EXCEPTION 'what was signed or has ended holds where it held'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NOT EXISTS (SELECT FROM public.submissions_exhibit
                   WHERE id = NEW.exhibit_id AND submission_id = of_submission) THEN
        RAISE EXCEPTION 'a link holds in exhibits of its submission'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

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
    RETURN NEW;
END
"""

# A clock set back revives nothing: what the log knows to have been is past.
MOMENT = """
BEGIN
    RETURN greatest(clock_timestamp(), (
        SELECT nullif(e.at, '')::timestamptz FROM public.custody_custodyevent e
        ORDER BY e.id DESC LIMIT 1));
END
"""

EU = """
BEGIN
    RETURN p_state = ANY (ARRAY['AT','BE','BG','CY','CZ','DE','DK','EE','ES','FI','FR','GR','HR',
        'HU','IE','IT','LT','LU','LV','MT','NL','PL','PT','RO','SE','SI','SK']);
END
"""

# One row for each thing that stands against giving an exhibit (or, for NULL, what is written) to a
# unit, and for each somebody in it. Purposes: referral, opening, evidence; cover and assist are for
# the Secretariat, whoever the unit is. A redacted copy shows nobody; whose word it is still counts.
UNCOVERED = """
DECLARE
    -- A day is over where it ends first, at UTC+14: this is the earliest that is not.
    today date := ((public.submissions_moment() AT TIME ZONE 'UTC') + interval '14 hours')::date;
    to_body text;
    to_state text;
    to_kind text;
    deadly boolean;
    in_eu boolean;
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
               CASE WHEN t.recognisable NOT IN ('nobody', 'someone') THEN 'unanswered'
                    WHEN t.recognisable = 'someone' AND NOT EXISTS (
                        SELECT FROM linked k WHERE coalesce(k.thing, 0) = coalesce(t.id, 0))
                    THEN 'nobody_named' ELSE '' END AS lacks
            FROM things t
        UNION ALL
        SELECT k.thing, k.link, CASE
            WHEN k.basis = 'not_required' THEN ''
            WHEN k.basis IN ('not_reachable', 'deceased')
                THEN CASE WHEN k.signed_at IS NULL THEN 'unsigned' ELSE '' END
            WHEN p.id IS NULL OR p.removed_at IS NOT NULL OR c.id IS NULL THEN 'not_asked'
            WHEN c.withdrawn_at IS NOT NULL THEN 'taken_back'
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
        false) u LIMIT 1;
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

_ARGUMENTS = (
    "p_submission bigint, p_exhibits bigint[], p_words boolean, p_unit bigint, p_purpose text, "
    "p_redacted boolean"
)


class Migration(migrations.Migration):
    dependencies = [("submissions", "0015_links_and_consents"), ("custody", "0007_quick_columns")]

    operations = [
        Rights(
            "submissions_coversheet",
            app="SELECT, INSERT, UPDATE (situation, countries, period_from, period_to, offences, "
            "languages, working_language, needs_translation, summary, recognisable, changed_by_id, "
            "changed_at)",
            worker="SELECT",
            guard="SELECT",
        ),
        Rights(
            "submissions_link",
            app="SELECT, INSERT, UPDATE (basis, in_words, details, signed_by_id, signed_at, "
            "ended_at)",
            guard="SELECT",
        ),
        Rights("submissions_linkedexhibit", app="SELECT, INSERT, DELETE", guard="SELECT"),
        Rights(
            "submissions_consent",
            app="SELECT, INSERT, UPDATE (replaced_at, withdrawn_at, withdrawn_by_id)",
            guard="SELECT",
        ),
        Rights("submissions_paperform", app="SELECT, INSERT, UPDATE (ended_at)"),
        migrations.RunSQL(
            "GRANT SELECT (id, at) ON custody_custodyevent TO impna_guard;"
            "GRANT SELECT (id, partner_id, outcome, death_penalty) ON partners_vetting "
            "TO impna_guard",
            "REVOKE SELECT (id, at) ON custody_custodyevent FROM impna_guard;"
            "REVOKE SELECT (id, partner_id, outcome, death_penalty) ON partners_vetting "
            "FROM impna_guard",
        ),
        Function("submissions_link_keeps", LINK_KEEPS, guard=True),
        Trigger(
            "link_keeps",
            "submissions_link",
            "BEFORE INSERT OR UPDATE OR DELETE",
            "submissions_link_keeps",
        ),
        Function("submissions_linked_keeps", LINKED_KEEPS, guard=True),
        Trigger(
            "linked_keeps",
            "submissions_linkedexhibit",
            "BEFORE INSERT OR UPDATE OR DELETE",
            "submissions_linked_keeps",
        ),
        Function("submissions_consent_keeps", CONSENT_KEEPS, guard=True),
        Trigger(
            "consent_keeps",
            "submissions_consent",
            "BEFORE INSERT OR UPDATE OR DELETE",
            "submissions_consent_keeps",
        ),
        Function("submissions_moment", MOMENT, guard=True, returns="timestamptz"),
        Function("submissions_eu", EU, guard=True, arguments="p_state text", returns="boolean"),
        Function(
            "submissions_uncovered",
            UNCOVERED,
            guard=True,
            arguments=_ARGUMENTS,
            returns="TABLE (exhibit bigint, link bigint, missing text)",
            execute=f"{APP}, {WORKER}",
        ),
        Function(
            "submissions_covers",
            COVERS,
            guard=True,
            replaces=True,
            arguments="p_version bigint, p_exhibit bigint, p_unit bigint",
            returns="text",
        ),
    ]
