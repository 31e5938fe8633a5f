"""What the roles may do is said for every table, and nothing beyond it."""

from django.core.management import call_command

OURS = ("impna_app", "impna_worker", "impna_secretariat", "impna_guard")
# No application role touches these.
CLOSED = {
    "auth_group_permissions",
    "guardian_groupobjectpermission",
    "guardian_userobjectpermission",
    "partners_user_user_permissions",
    "submissions_submissionuserobjectpermission",
}


def test_models_and_migrations_agree(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_table_is_open_to_the_application_or_on_the_closed_list(own_database, as_owner):
    with as_owner() as owner:
        tables = {
            row[0]
            for row in owner.execute(
                "SELECT relname FROM pg_class "
                "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
        }
        reached = {
            row[0]
            for row in owner.execute(
                "SELECT DISTINCT table_name FROM information_schema.role_table_grants "
                "WHERE grantee = ANY(%s) AND table_schema = 'public'",
                [list(OURS)],
            )
        } | {
            row[0]
            for row in owner.execute(
                "SELECT DISTINCT table_name FROM information_schema.column_privileges "
                "WHERE grantee = ANY(%s) AND table_schema = 'public'",
                [list(OURS)],
            )
        }
    assert tables - reached == CLOSED


def test_public_may_do_nothing(own_database, as_owner):
    with as_owner() as owner:
        rows = owner.execute(
            "SELECT table_name FROM information_schema.role_table_grants "
            "WHERE grantee = 'PUBLIC' AND table_schema = 'public'"
        ).fetchall()
    assert rows == []


def test_functions_that_see_across_belong_to_the_guard_and_fix_their_path(own_database, as_owner):
    with as_owner() as owner:
        rows = owner.execute(
            "SELECT proname, pg_get_userbyid(proowner), proconfig FROM pg_proc "
            "WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        ).fetchall()
    assert rows
    for name, by, settings in rows:
        assert by == "impna_guard", name
        assert settings == ["search_path=pg_catalog, public"], name


def test_what_sees_across_is_called_by_few(own_database, as_owner):
    """A trigger function is called by nobody; the others name who may."""
    with as_owner() as owner:
        rows = owner.execute(
            "SELECT proname, coalesce(array_agg(pg_get_userbyid(grantee)) "
            "  FILTER (WHERE grantee <> 0 AND grantee <> proowner), '{}'), "
            "  bool_or(grantee = 0) "
            "FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) "
            "WHERE prosecdef AND pronamespace = 'public'::regnamespace "
            "AND prorettype <> 'trigger'::regtype GROUP BY proname"
        ).fetchall()
    assert {name: (set(roles), public) for name, roles, public in rows} == {
        "submissions_covers": ({"impna_app", "impna_worker"}, False),
        "submissions_uncovered": ({"impna_app", "impna_worker"}, False),
        "submissions_moment": (set(), False),
        "submissions_eu": (set(), False),
        "cases_sheet_for_adviser": ({"impna_secretariat"}, False),
    }


def test_nobody_is_a_superuser_by_constraint(own_database):
    import pytest
    from django.db import IntegrityError, ProgrammingError, transaction

    from partners.models import User

    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
        User.objects.update(is_superuser=True)
