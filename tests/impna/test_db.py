"""Who acts, as the database knows it."""

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from impna.db import (
    NOBODY,
    SECRETARIAT,
    Unnamed,
    acting_as,
    acting_uid,
    after_commit,
    ask_as,
    partly,
    transaction_as,
)

ANNA = Unnamed("anna", 7, (3, 1))
BASIL = Unnamed("basil", 8)


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [name])
        return cursor.fetchone()[0]


def role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


def test_the_database_knows_the_person_and_their_groups(own_database):
    with transaction.atomic(), acting_as(ANNA):
        assert (setting("app.uid"), setting("app.gids")) == ("7", "{1,3}")


def test_nothing_is_left_after_the_transaction(own_database):
    with transaction.atomic(), acting_as(ANNA):
        pass
    assert (setting("app.uid"), setting("app.gids")) == ("", "")


def test_the_outer_person_acts_again_after_the_inner_one(own_database):
    with transaction.atomic(), acting_as(ANNA):
        with acting_as(BASIL):
            assert setting("app.uid") == "8"
        assert (setting("app.uid"), setting("app.gids")) == ("7", "{1,3}")


def test_nobody_has_no_account_and_no_groups(own_database):
    with transaction.atomic(), acting_as(ANNA), acting_as(NOBODY):
        assert (setting("app.uid"), setting("app.gids")) == ("", "")


def test_the_secretariat_role_is_entered_and_left(own_database):
    with transaction.atomic():
        with acting_as(ANNA, role=SECRETARIAT):
            assert role() == "impna_secretariat"
            with acting_as(BASIL):
                assert role() == "impna_app"
            assert role() == "impna_secretariat"
        assert role() == "impna_app"


def test_acting_to_the_end_leaves_the_restoring_to_the_transaction(own_database):
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        with acting_as(ANNA, role=SECRETARIAT, to_the_end=True):
            pass
    assert len(captured) == 3, "BEGIN, one statement for person and role, COMMIT"
    assert (setting("app.uid"), setting("app.gids"), role()) == ("", "", "impna_app")


def test_acting_to_the_end_of_a_part_only_restores_before_the_rest(own_database):
    with transaction.atomic():
        with transaction.atomic(), acting_as(ANNA, role=SECRETARIAT, to_the_end=True):
            assert (setting("app.uid"), role()) == ("7", "impna_secretariat")
        assert (setting("app.uid"), setting("app.gids"), role()) == ("", "", "impna_app")


def test_a_transaction_that_was_rolled_back_leaves_nobody_acting(own_database):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        with acting_as(ANNA, role=SECRETARIAT, to_the_end=True):
            raise ZeroDivisionError
    assert (setting("app.uid"), role(), acting_uid()) == ("", "impna_app", None)


def test_no_other_role_can_be_entered(own_database):
    with transaction.atomic(), pytest.raises(ValueError), acting_as(ANNA, role="impna_owner"):
        pass


def test_acting_needs_a_transaction(own_database):
    with pytest.raises(RuntimeError), acting_as(ANNA):
        pass


def test_a_broken_transaction_restores_the_person_by_rolling_back(own_database):
    with transaction.atomic(), acting_as(ANNA):
        with pytest.raises(DatabaseError), transaction.atomic(), acting_as(BASIL):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
        assert setting("app.uid") == "7"


def test_the_application_is_no_owner_no_superuser_and_not_above_row_security(own_database):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, "
            "(SELECT count(*) FROM pg_class WHERE relowner = pg_roles.oid) "
            "FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, 0)


def test_what_follows_a_commit_may_fail_without_failing_the_change(own_database, caplog):
    def broken() -> None:
        raise OSError("broker away")

    with transaction.atomic():
        after_commit(broken)
    assert "Error calling" in caplog.text


WHO = "SELECT current_setting('app.uid'), current_setting('app.gids'), %s::text"


def test_a_question_alone_is_asked_as_the_person_in_one_round_trip(own_database):
    with CaptureQueriesContext(connection) as captured:
        assert ask_as(ANNA, WHO, ["x"]) == ("7", "{1,3}", "x")
    assert len(captured) == 1
    assert (setting("app.uid"), setting("app.gids")) == ("", "")


def test_a_question_inside_a_transaction_restores_the_person(own_database):
    with transaction.atomic(), acting_as(BASIL):
        assert ask_as(ANNA, WHO, ["x"]) == ("7", "{1,3}", "x")
        assert setting("app.uid") == "8"


def test_a_question_that_fails_changes_nothing_and_leaves_nobody(own_database):
    insert = "INSERT INTO auth_group (name) VALUES (%s) RETURNING 1 / (id - id)"
    with pytest.raises(DatabaseError):
        ask_as(ANNA, insert, ["left behind"])
    assert not Group.objects.filter(name="left behind").exists()
    assert setting("app.uid") == ""


def test_a_question_that_changes_something_is_saved_when_it_returns(own_database, as_owner):
    ask_as(ANNA, "INSERT INTO auth_group (name) VALUES (%s) RETURNING id", ["kept"])
    with as_owner() as owner:
        assert owner.execute("SELECT 1 FROM auth_group WHERE name = 'kept'").fetchone()


def test_a_transaction_as_someone_leaves_nobody(own_database):
    with transaction_as(ANNA):
        assert (setting("app.uid"), setting("app.gids")) == ("7", "{1,3}")
        with transaction_as(BASIL):
            assert setting("app.uid") == "8"
        assert setting("app.uid") == "7"
    assert setting("app.uid") == ""
    with pytest.raises(ZeroDivisionError), transaction_as(ANNA):
        Group.objects.create(name="rolled back")
        raise ZeroDivisionError
    assert not Group.objects.filter(name="rolled back").exists()
    with transaction.atomic(), acting_as(BASIL):
        assert setting("app.uid") == "8"


def test_what_was_not_read_of_a_row_is_fetched_when_it_is_asked_for(own_database):
    group = Group.objects.create(name="whole")
    part = partly(Group, {"id": group.pk})
    assert part.get_deferred_fields() == {"name"}
    assert part.name == "whole"
