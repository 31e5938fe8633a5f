"""The terms each kind of partner accepts before first use, by version.

A version's words are a template that never changes once published; a change is a new version.
What is recorded is the version and the digest of the template's text.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Terms:
    """One published version for one kind of partner."""

    kind: str
    number: int
    published: date

    @property
    def version(self) -> str:
        """As recorded: "cso-1"."""
        return f"{self.kind}-{self.number}"

    @property
    def template(self) -> str:
        """The words."""
        return f"partners/terms/{self.kind}_{self.number}.html"

    def digest(self) -> str:
        """Hex SHA-256 of the template file."""
        path = Path(settings.BASE_DIR) / "templates" / self.template
        return hashlib.sha256(path.read_bytes()).hexdigest()


_PUBLISHED = date(2026, 11, 22)
CURRENT = {
    kind: Terms(kind, 1, _PUBLISHED)
    for kind in ("cso", "authority", "mechanism", "secretariat", "observer")
}


def current_terms(kind: str) -> Terms:
    """The version in force for a kind of partner."""
    return CURRENT[kind]
