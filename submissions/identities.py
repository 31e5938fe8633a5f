"""What is kept of somebody in the vault, and how it stands in the file that is sealed there."""

import json
import secrets
from dataclasses import asdict, dataclass, field
from typing import Self

# The file is as long as the next step above what is written: its length tells nothing.
STEP = 1024


@dataclass(frozen=True)
class IdentityDetails:
    """`names` are spellings in any script, one each; the rest is written as people write it."""

    names: list[str] = field(default_factory=list)
    contacts: str = ""
    address: str = ""
    born: str = ""
    documents: str = ""
    safe: str = ""

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """From the file."""
        said = json.loads(content)
        return cls(**{name: said[name] for name in cls.__dataclass_fields__})

    def to_bytes(self) -> bytes:
        """JSON with a salt, because digests of files stand in the log: a guess proves nothing."""
        content = json.dumps(asdict(self) | {"salt": secrets.token_hex(16)}).encode()
        return content.ljust(-(-len(content) // STEP) * STEP)

    @property
    def numbers(self) -> str:
        """Where telephone numbers, addresses of mail and numbers of documents stand."""
        return f"{self.contacts}\n{self.documents}"
