"""The custody vocabulary of this app."""

from enum import StrEnum


class Event(StrEnum):
    MADE_WHOLE = "custody.upload.made_whole"
    FILE_SEALED = "custody.file.sealed"
    FILE_DERIVED = "custody.file.derived"
    OPENED = "custody.opening.opened"
    OPENING_ENDED = "custody.opening.ended"
    KEY_DESTROYED = "custody.key.destroyed"
