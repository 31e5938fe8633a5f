"""The custody log's one way in (DESIGN 7). Only actions call it, in the change's transaction.

The canonical entry is RFC 8785 JSON of strings, integers, booleans, lists and objects:

    {"at", "by", "data", "on", "partner", "role", "salt", "submission", "texts", "type", "v"}

`at` is UTC with microseconds; `by`, `partner`, `submission` and the part of `on` after its colon
are public references, never primary keys; `salt` is 16 random bytes in hex; `texts` maps "actor"
and "reason" to the hex SHA-256 of (that text's own 16-byte salt + its UTF-8 bytes).
"""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import rfc8785
from django.db import connection
from django.utils import timezone

from custody.keys import deployment_cipher
from custody.models import Compartment

type Datum = str | int | bool | list[Datum] | dict[str, Datum]

VERSION = 1
# RFC 8785 where all keys are ASCII and numbers are integers, in C; the tests hold it to `rfc8785`.
_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
_TYPE = re.compile(r"[a-z]+(\.[a-z_]+){1,2}")
_REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{13}")


# One round trip for the event and its texts: every change waits for it (DESIGN 11).
_APPEND = """
    WITH event AS (
        INSERT INTO custody_custodyevent (entry) VALUES (%s) RETURNING id
    )
    INSERT INTO custody_eventtext (event_id, name, salt, sealed)
    SELECT event.id, text.name, text.salt, text.sealed
    FROM event, (VALUES {texts}) AS text (name, salt, sealed)
    RETURNING event_id
"""
_TEXT = "(%s, %s::bytea, %s::bytea)"


@dataclass(frozen=True)
class Recorded:
    """An event just appended: its row and its canonical entry."""

    pk: int
    entry: str


class Actor(Protocol):
    """Whoever acts, as the log names them."""

    @property
    def reference(self) -> str: ...

    @property
    def display_name(self) -> str: ...

    @property
    def partner_reference(self) -> str: ...

    @property
    def roles_text(self) -> str: ...


class Target(Protocol):
    """Whatever the event is about: a row with a public reference."""

    @property
    def reference(self) -> str: ...

    @property
    def custody_label(self) -> str: ...


@dataclass(frozen=True)
class SystemActor:
    """The portal itself: sweeps, the scanner, deadlines. Acts, and is named, as such."""

    reference: str = "system"
    display_name: str = "system"
    partner_reference: str = ""
    roles_text: str = "system"
    custody_label: str = "portal"
    acting_uid: int | None = None
    acting_gids: tuple[int, ...] = ()


SYSTEM = SystemActor()


def record(
    event: str,
    *,
    on: Target,
    by: Actor,
    data: Mapping[str, Datum] | None = None,
    submission: str = "",
    reason: str = "",
    at: datetime | None = None,
) -> Recorded:
    """Append one event in the open transaction and return it.

    `data` holds no content and no names: references, numbers, codes ("Exhibit 12", never a file
    name). Raises RuntimeError outside a transaction (R6) and ValueError for a malformed event.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An event is saved together with its change: open a transaction first.")
    texts = {"actor": by.display_name} | ({"reason": reason} if reason else {})
    salts = {name: secrets.token_bytes(16) for name in texts}
    entry = canonical_entry(
        type=event,
        on=f"{on.custody_label}:{on.reference}",
        by=by,
        data=dict(data or {}),
        submission=submission,
        at=at or timezone.now(),
        texts={name: digest_of_text(salts[name], text) for name, text in texts.items()},
    )
    seal = deployment_cipher(Compartment.Purpose.REGISTER).seal
    rows: list[Any] = []
    for name, text in texts.items():
        rows += name, salts[name], seal(text.encode(), text_context(name, salts[name]))
    with connection.cursor() as cursor:
        cursor.execute(_APPEND.format(texts=", ".join([_TEXT] * len(texts))), [entry, *rows])
        return Recorded(pk=cursor.fetchone()[0], entry=entry)


def canonical_entry(
    *,
    type: str,
    on: str,
    by: Actor,
    data: dict[str, Datum],
    submission: str,
    at: datetime,
    texts: Mapping[str, str],
) -> str:
    """The exact text that is digested. Raises ValueError for anything the form does not know."""
    if not _TYPE.fullmatch(type):
        raise ValueError(f"{type!r} is not a dotted event type.")
    for reference in filter(None, (submission, by.partner_reference)):
        if not _REFERENCE.fullmatch(reference):
            raise ValueError("The log names things by public reference only.")
    plain = _check_datum(data)
    document: Any = {
        "v": VERSION,
        "type": type,
        "on": on,
        "by": by.reference,
        "role": by.roles_text,
        "partner": by.partner_reference,
        "submission": submission,
        "at": written_time(at),
        "data": data,
        "salt": secrets.token_hex(16),
        "texts": dict(texts),
    }
    return _PLAIN.encode(document) if plain else rfc8785.dumps(document).decode()


def written_time(moment: datetime) -> str:
    """UTC with microseconds and Z, always the same length, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest_of_text(salt: bytes, text: str) -> str:
    """Hex SHA-256 of salt and text; without the salt, a guess at the text proves nothing."""
    return hashlib.sha256(salt + text.encode()).hexdigest()


def text_context(name: str, salt: bytes) -> bytes:
    """What a sealed name or reason is bound to."""
    return b"custody.event_text\0" + name.encode() + b"\0" + salt


def _check_datum(value: object) -> bool:
    """True when all keys in it are ASCII, which `_PLAIN` sorts as RFC 8785 does."""
    if isinstance(value, bool):
        return True
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("PostgreSQL keeps no NUL characters.")
        value.encode()  # half a character is no text: UnicodeEncodeError, which is a ValueError
        return True
    if isinstance(value, int):
        if abs(value) > 2**53 - 1:
            raise ValueError("RFC 8785 numbers end at 2^53 - 1; write larger ones as text.")
        return True
    if isinstance(value, dict):
        plain = True
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError("Keys are text.")
            plain = _check_datum(item) and key.isascii() and plain
        return plain
    if isinstance(value, list):
        plain = True
        for item in value:
            plain = _check_datum(item) and plain
        return plain
    raise ValueError(f"{value.__class__.__name__} has no place in the log.")
