"""References in URLs and on paper: random, sayable, with a check character (DESIGN 4).

Twelve characters of Crockford's base32 (60 random bits) and one check character by the Luhn
algorithm modulo 32, which finds every single wrong character and most swapped neighbours.
"""

import secrets
from typing import Any

from django.db import models

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 12
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_reference() -> str:
    """Thirteen characters, without dashes."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))
    return body + _check_character(body)


def read_reference(text: str) -> str | None:
    """The reference someone typed, with or without dashes and look-alikes; None if it is not one."""
    compact = text.upper().translate(_READ_AS)
    if len(compact) != _LENGTH + 1 or any(c not in ALPHABET for c in compact):
        return None
    return compact if _check_character(compact[:-1]) == compact[-1] else None


def show_reference(reference: str) -> str:
    """As people read it: 7K3F-9Q2M-XW4T-Z."""
    return "-".join((reference[:4], reference[4:8], reference[8:12], reference[12:]))


def _check_character(body: str) -> str:
    total = 0
    for place, character in enumerate(reversed(body)):
        value = ALPHABET.index(character) * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


class ReferenceField(models.CharField):  # type: ignore[type-arg]
    """The public name of a row: unique, made once, never shown by primary key instead."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {
            "max_length": _LENGTH + 1,
            "unique": True,
            "default": new_reference,
            "editable": False,
        }
        super().__init__(*args, **kwargs)


class ReferenceConverter:
    """`<ref:reference>` in URL patterns; anything that is no reference is no such page."""

    regex = r"[0-9A-Za-z-]{13,16}"

    def to_python(self, value: str) -> str:
        """The compact form, or ValueError, which Django turns into 404."""
        reference = read_reference(value)
        if reference is None:
            raise ValueError("not a reference")
        return reference

    def to_url(self, value: str) -> str:
        """With dashes, as on paper."""
        return show_reference(value)


def grouped(text: str) -> str:
    """Groups of four with spaces, for people who type it."""
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))
