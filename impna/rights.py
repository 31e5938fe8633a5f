"""What each database role may do, said in migrations table by table (DESIGN 4).

No default privileges exist: a table that a migration forgets is closed to everyone but its owner,
and tests/architecture says so.
"""

import re
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

APP = "impna_app"
WORKER = "impna_worker"
SECRETARIAT = "impna_secretariat"
GUARD = "impna_guard"


class _Sql(Operation):
    """An operation that changes no model state."""

    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        return None

    def forwards(self) -> list[str]:
        raise NotImplementedError

    def backwards(self) -> list[str]:
        raise NotImplementedError

    def database_forwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, old: Any, new: Any
    ) -> None:
        for statement in self.forwards():
            editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, old: Any, new: Any
    ) -> None:
        for statement in self.backwards():
            editor.execute(statement, params=None)


class Rights(_Sql):
    """Say what the roles may do with `table`; what is not said is revoked.

    Each value is a comma-separated list as GRANT takes it, columns included:
    `app="SELECT, INSERT, UPDATE (state)"`.
    """

    def __init__(
        self, table: str, *, app: str = "", worker: str = "", secretariat: str = "", guard: str = ""
    ) -> None:
        self.table = table
        self.app, self.worker = app, worker
        self.secretariat, self.guard = secretariat, guard

    def describe(self) -> str:
        return f"Rights on {self.table}"

    def forwards(self) -> list[str]:
        given = {
            APP: self.app,
            WORKER: self.worker,
            SECRETARIAT: self.secretariat,
            GUARD: self.guard,
        }
        return [
            f'REVOKE ALL ON "{self.table}" FROM PUBLIC, {", ".join(given)}',
            *(f'GRANT {what} ON "{self.table}" TO {role}' for role, what in given.items() if what),
        ]

    def backwards(self) -> list[str]:
        return [f'REVOKE ALL ON "{self.table}" FROM {APP}, {WORKER}, {SECRETARIAT}, {GUARD}']


class Function(_Sql):
    """A PL/pgSQL function; `guard=True` makes it run as `impna_guard` with a fixed path.

    A trigger function unless `arguments` and `returns` say otherwise; `execute` names the roles
    that may call such a one by themselves. `replaces`: the guard has one of that name already, and
    keeps who may call it.
    """

    def __init__(
        self,
        name: str,
        body: str,
        *,
        guard: bool = False,
        arguments: str = "",
        returns: str = "trigger",
        execute: str = "",
        replaces: bool = False,
    ) -> None:
        self.name, self.body, self.guard, self.replaces = name, body, guard, replaces
        self.signature = f"{name}({arguments})"
        self.returns, self.execute = returns, execute

    def describe(self) -> str:
        return f"Function {self.name}"

    def forwards(self) -> list[str]:
        security = "SECURITY DEFINER" if self.guard else "SECURITY INVOKER"
        stable = "" if self.returns == "trigger" else "STABLE "
        statements = [
            f"CREATE OR REPLACE FUNCTION {self.signature} RETURNS {self.returns} "
            f"LANGUAGE plpgsql {stable}{security} "
            f"SET search_path = pg_catalog, public AS $body$\n{self.body}\n$body$",
        ]
        if self.replaces:
            return [f"SET LOCAL ROLE {GUARD}", *statements, "RESET ROLE"]
        if self.returns != "trigger":
            statements.append(f"REVOKE ALL ON FUNCTION {self.signature} FROM PUBLIC")
        if self.execute:
            statements.append(f"GRANT EXECUTE ON FUNCTION {self.signature} TO {self.execute}")
        # Last: from then on its rights are the guard's to give, and a REVOKE would be a warning.
        if self.guard:
            statements.append(f"ALTER FUNCTION {self.signature} OWNER TO {GUARD}")
        return statements

    def backwards(self) -> list[str]:
        if self.replaces:
            raise IrreversibleError(f"What {self.name} said before is in an earlier migration.")
        return [f"DROP FUNCTION {self.signature}"]


class Trigger(_Sql):
    """`CREATE TRIGGER name {when} ON table … EXECUTE FUNCTION function()`."""

    def __init__(
        self, name: str, table: str, when: str, function: str, *, each: str = "ROW"
    ) -> None:
        if not re.fullmatch(r"[a-z_]+", name):
            raise ValueError(name)
        self.name, self.table, self.when = name, table, when
        self.function, self.each = function, each

    def describe(self) -> str:
        return f"Trigger {self.name} on {self.table}"

    def forwards(self) -> list[str]:
        return [
            f'CREATE TRIGGER {self.name} {self.when} ON "{self.table}" '
            f"FOR EACH {self.each} EXECUTE FUNCTION {self.function}()"
        ]

    def backwards(self) -> list[str]:
        return [f'DROP TRIGGER {self.name} ON "{self.table}"']
