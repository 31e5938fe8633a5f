"""Marks that views carry for the middleware. This is ground: apps import it."""

from collections.abc import Callable
from typing import Any

type View = Callable[..., Any]


def own_transactions(view: View) -> View:
    """A view that keeps its transactions short itself: never one open while bytes move."""
    view.own_transactions = True  # type: ignore[attr-defined]
    return view


def as_secretariat(view: View) -> View:
    """A view that reads and writes as the database role `impna_secretariat`."""
    view.as_secretariat = True  # type: ignore[attr-defined]
    return view
