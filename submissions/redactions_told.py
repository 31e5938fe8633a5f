"""One redacted copy in words. Callers hold an opening of the submission's words."""

from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from custody.intake import words
from impna.errors import Sentence
from submissions.actions import redactions
from submissions.models import Exhibit, Redaction
from submissions.states import CopyState, Scan

_KINDS = {
    CopyState.MAKING: "info",
    CopyState.FAILED: "stop",
    CopyState.INFECTED: "stop",
    CopyState.TO_CONFIRM: "wait",
    CopyState.CONFIRMED: "good",
    CopyState.TAKEN_BACK: "open",
}


@dataclass(frozen=True)
class Told:
    """`name` as the sender's device called a supplied copy; `places` on which pages, in words."""

    copy: Redaction
    name: str
    places: list[str]

    @classmethod
    def of(cls, redaction: Redaction, *, exhibit: Exhibit) -> Self:
        """Of an exhibit whose submission is at hand."""
        redaction.exhibit = exhibit
        places = [
            ngettext("page %(page)d: %(n)d place", "page %(page)d: %(n)d places", number)
            % {"page": page, "n": number}
            for page, number in redaction.pages
        ]
        return cls(redaction, redactions.read_name(redaction), places)

    @property
    def state_words(self) -> Sentence:
        """Where it stands."""
        return self.copy.state.label

    @property
    def kind(self) -> str:
        """The colour of that."""
        return _KINDS[self.copy.state]

    @property
    def failure(self) -> str:
        """Why there is no copy; "" when there is one, or will be."""
        return failure_words(self.copy.failure) if self.copy.failure else ""

    @property
    def scan_words(self) -> str:
        """Why it was not scanned; "" otherwise."""
        not_scanned = self.copy.scan == Scan.NOT_SCANNED
        return words.say_not_scanned(self.copy.scan_reason) if not_scanned else ""

    @property
    def size(self) -> int | None:
        """In bytes."""
        return self.copy.file.size if self.copy.file else None

    @property
    def sha256(self) -> str:
        """Hex."""
        return bytes(self.copy.file.sha256).hex() if self.copy.file else ""

    @property
    def sha512(self) -> str:
        """Hex."""
        return bytes(self.copy.file.sha512).hex() if self.copy.file else ""


def failure_words(code: str) -> str:
    """Why there is no picture of its pages, or no copy."""
    if code == "gone":
        return _("The exhibit was taken out, or its file was erased.")
    if code == "infected":
        return _("The virus scanner stopped the finished copy; it was dropped.")
    return words.say_failure(code)
