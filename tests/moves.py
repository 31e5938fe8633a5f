"""Trying moves of state tables as different people, and undoing each."""

from collections.abc import Callable, Iterable

from django.db import ProgrammingError, transaction
from psycopg.errors import InsufficientPrivilege

from impna.db import SECRETARIAT, acting_as
from impna.errors import NotAllowed, NotNow
from partners.models import User

type Act = Callable[[User], object]


class _Undo(Exception):
    pass


def succeeds(act: Act, by: User, became: Callable[[], str]) -> str:
    """The state that acting led to, or "" when it was refused; nothing of it stays."""
    state = ""
    # Coordinators administer in the Secretariat's database role; advisers read what they are shown.
    role = SECRETARIAT if by.is_coordinator else ""
    try:
        with transaction.atomic(), acting_as(by, role=role):
            act(by)
            state = became()
            raise _Undo
    except (_Undo, NotAllowed, NotNow):
        return state
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        return ""  # the database refused before the policy did


def allowed(acts: Iterable[Act], to: str, by: User, became: Callable[[], str]) -> bool:
    """One of the actions that lead to `to` does, for this person."""
    return any(succeeds(act, by, became) == to for act in acts)
