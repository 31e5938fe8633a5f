"""Sealed bytes and texts, openings, uploads, and the append-only custody log (DESIGN 6 and 7).

Nothing here knows a crime, a consent or a case: targets are a label and a public reference.
"""

from custody.models.files import DerivationKind, Opening, SealedBy, SealedFile, SealingKey
from custody.models.log import Compartment, CustodyEvent, EventText, PendingEvent
from custody.models.uploads import IntakeJob, Segment, Upload

__all__ = [
    "Compartment",
    "CustodyEvent",
    "DerivationKind",
    "EventText",
    "IntakeJob",
    "Opening",
    "PendingEvent",
    "SealedBy",
    "SealedFile",
    "SealingKey",
    "Segment",
    "Upload",
]
