-- The database roles (DESIGN 4). Run by a superuser inside the portal's own database:
--     psql -d impna -v ON_ERROR_STOP=1 -f impna/sql/roles.sql
-- Running it again changes nothing. It sets no passwords; `\password impna_app` and so on do.
-- It gives no rights on tables: each migration grants what its table needs, to whom it needs it.

DO $roles$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'impna_owner', 'impna_app', 'impna_worker', 'impna_secretariat', 'impna_guard'
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I', name);
        END IF;
    END LOOP;
END
$roles$;

-- Owns the schema and migrates; creates databases so that tests can clone theirs.
ALTER ROLE impna_owner LOGIN CREATEDB
    NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;
-- The web processes.
ALTER ROLE impna_app LOGIN
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;
-- The system: Celery and the sequencer.
ALTER ROLE impna_worker LOGIN
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;
-- Entered by the application with SET LOCAL ROLE, never inherited.
ALTER ROLE impna_secretariat NOLOGIN
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;
-- Owns only the trigger functions that must see across.
ALTER ROLE impna_guard NOLOGIN
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;

GRANT impna_secretariat TO impna_app WITH ADMIN FALSE, INHERIT FALSE, SET TRUE;
-- Lets migrations say ALTER FUNCTION … OWNER TO impna_guard.
GRANT impna_guard TO impna_owner WITH ADMIN FALSE, INHERIT FALSE, SET TRUE;

ALTER ROLE impna_owner SET lock_timeout = '60s';
ALTER ROLE impna_app SET statement_timeout = '30s';
ALTER ROLE impna_app SET lock_timeout = '10s';
ALTER ROLE impna_app SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE impna_worker SET statement_timeout = '5min';
ALTER ROLE impna_worker SET lock_timeout = '30s';
ALTER ROLE impna_worker SET idle_in_transaction_session_timeout = '2min';

-- A database's own rights are not copied by CREATE DATABASE … TEMPLATE; the schema's are.
DO $database$
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO impna_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO impna_app, impna_worker', current_database());
END
$database$;

ALTER SCHEMA public OWNER TO impna_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO impna_app, impna_worker, impna_secretariat, impna_guard;
-- A function's new owner needs CREATE where the function lives.
GRANT CREATE ON SCHEMA public TO impna_guard;
