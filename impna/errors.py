"""What the portal says when it refuses. Views never catch these; the middleware renders them."""

from django.utils.functional import Promise

type Sentence = str | Promise


class Refused(Exception):
    """A refusal with a sentence for the person who reads it; nothing was changed."""

    status = 403

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


class NotAllowed(Refused):
    """This person may not do this (403)."""


class NotNow(Refused):
    """It is not possible in the present state (409)."""

    status = 409


class StepUpNeeded(Refused):
    """A fresh second factor is needed first; the middleware asks for it and comes back."""

    status = 403


class TooLarge(Refused):
    """More than the portal takes in one go (413)."""

    status = 413
