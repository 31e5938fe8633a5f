"""Who acts, as the database knows it: `acting_as` and what hangs on a transaction (DESIGN 4).

Row-level security reads `app.uid` and `app.gids`; without a context both are empty and every
policy yields zero rows. Setting and role are local to the transaction and restored on exit, at the
latest by its end.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.models import Model
from psycopg.pq import TransactionStatus

logger = logging.getLogger(__name__)


class Principal(Protocol):
    """Whoever acts: a person, nobody, or the system."""

    @property
    def acting_uid(self) -> int | None: ...

    @property
    def acting_gids(self) -> Sequence[int]: ...


@dataclass(frozen=True)
class Unnamed:
    """A principal without an account."""

    name: str
    acting_uid: int | None = None
    acting_gids: tuple[int, ...] = ()


NOBODY = Unnamed("nobody")


@dataclass(frozen=True)
class _Context:
    uid: str = ""
    gids: str = ""
    role: str = ""


_EMPTY = _Context()
_current: ContextVar[_Context] = ContextVar("acting_as", default=_EMPTY)

SECRETARIAT = "impna_secretariat"
_SET = "SELECT set_config('app.uid', %s, true), set_config('app.gids', %s, true)"


@contextmanager
def acting_as(principal: Principal, *, role: str = "", to_the_end: bool = False) -> Iterator[None]:
    """Act as `principal` inside the open transaction; `role` enters a database role locally.

    Only `SECRETARIAT` may be entered. `to_the_end` promises that the transaction ends with the
    block: it restores everything by itself, and no statement is spent on that. Raises RuntimeError
    outside a transaction, where a local setting would be lost at once and every later query would
    see nothing.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("acting_as needs an open transaction; wrap it in transaction.atomic().")
    if role not in ("", SECRETARIAT):
        raise ValueError(f"{role} is not a role to act in.")
    before = _current.get()
    token = _current.set(_enter(before, _context_of(principal, role)))
    try:
        yield
    finally:
        after = _current.get()
        _current.reset(token)
        if not (_broken() or (to_the_end and not connection.savepoint_ids)):
            _enter(after, before)


@contextmanager
def transaction_as(principal: Principal, *, savepoint: bool = True) -> Iterator[None]:
    """A short transaction as `principal`: the settings end with it, so nothing restores them.

    Inside another transaction it is a part of that one, and the settings are restored; without a
    savepoint, an error then ends the outer one too.
    """
    if connection.in_atomic_block:
        with transaction.atomic(savepoint=savepoint), acting_as(principal):
            yield
        return
    with transaction.atomic():
        token = _current.set(_enter(_EMPTY, _context_of(principal)))
        try:
            yield
        finally:
            _current.reset(token)


def ask_as(
    principal: Principal, statement: str, parameters: Sequence[Any]
) -> tuple[Any, ...] | None:
    """One statement as `principal`, in a transaction of its own; the first row of its answer.

    It travels with its settings in one message, which PostgreSQL takes for one transaction: a
    single round trip, for what every piece of a file waits for. Inside a transaction it is a part
    of that one.
    """
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            with acting_as(principal):
                cursor.execute(statement, parameters)
                return cursor.fetchone()
        context = _context_of(principal)
        cursor.execute(f"{_SET}; {statement}", [context.uid, context.gids, *parameters])
        cursor.nextset()
        return cursor.fetchone()


def acting_uid() -> int | None:
    """The account id of the innermost `acting_as`, or None."""
    uid = _current.get().uid
    return int(uid) if uid else None


def partly[M: Model](model: type[M], columns: Mapping[str, object]) -> M:
    """A row of which only these columns were read; the others are fetched when they are asked for."""
    known = [field.attname for field in model._meta.concrete_fields if field.attname in columns]
    return model.from_db(connection.alias, known, [columns[name] for name in known])


def after_commit(function: Callable[..., object], /, *args: object, **kwargs: object) -> None:
    """Run `function` once the change is saved; its failure is logged, never the request's."""
    transaction.on_commit(partial(function, *args, **kwargs), robust=True)


def _context_of(principal: Principal, role: str = "") -> _Context:
    uid = "" if principal.acting_uid is None else str(principal.acting_uid)
    gids = "{" + ",".join(str(int(g)) for g in sorted(principal.acting_gids)) + "}"
    return _Context(uid, gids if uid else "", role)


def _enter(old: _Context, new: _Context) -> _Context:
    if old == new:
        return new
    # Setting "role" is SET ROLE: the session's own role must be able to enter it.
    settings = {"app.uid": new.uid, "app.gids": new.gids}
    if new.role != old.role:
        settings["role"] = new.role or "none"
    with connection.cursor() as cursor:
        calls = ", ".join("set_config(%s, %s, true)" for _setting in settings)
        cursor.execute(f"SELECT {calls}", [word for pair in settings.items() for word in pair])
    return new


def _broken() -> bool:
    """True when the transaction can only be rolled back, which restores the settings by itself."""
    if connection.connection is None or connection.needs_rollback:
        return True
    status: TransactionStatus = connection.connection.info.transaction_status
    return status != TransactionStatus.INTRANS
