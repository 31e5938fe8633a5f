"""Every vector of the public age test kit that is at hand gives exactly the outcome it states.

Vectors for what `custody.age` does not support (armor, passphrases, other identities) only have to
be refused in an orderly manner: by an `AgeError`, and without a byte given out.
"""

import hashlib
import io
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from custody import age

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("IMPNA_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
VECTORS = SHARED / "age-testkit"
NAMES = sorted(path.name for path in VECTORS.glob("*") if path.name != "SOURCE.txt")
X25519 = "AGE-SECRET-KEY-1"


@dataclass
class Vector:
    fields: dict[str, list[str]]
    file: bytes

    @property
    def expected(self) -> str:
        return self.fields["expect"][0]

    @property
    def identities(self) -> list[str]:
        return self.fields.get("identity", [])

    @property
    def payload(self) -> str | None:
        return self.fields.get("payload", [None])[0]

    @property
    def supported(self) -> bool:
        fields = self.fields
        return (
            bool(self.identities)
            and all(identity.startswith(X25519) for identity in self.identities)
            and "passphrase" not in fields
            and fields.get("armored", ["no"]) == ["no"]
        )


def read_vector(path: Path) -> Vector:
    head, _, file = path.read_bytes().partition(b"\n\n")
    fields: dict[str, list[str]] = {}
    for line in head.decode().splitlines():
        key, _, value = line.partition(": ")
        fields.setdefault(key, []).append(value)
    if fields.get("compressed") == ["zlib"]:
        file = zlib.decompress(file)
    return Vector(fields, file)


def outcome(vector: Vector) -> tuple[str, bytes]:
    given = bytearray()
    try:
        for piece in age.decrypt(io.BytesIO(vector.file), vector.identities):
            given += piece
    except age.MacError:
        return "HMAC failure", b""
    except age.HeaderError:
        return "header failure", b""
    except age.NoMatchError:
        return "no match", b""
    except age.PayloadError:
        return "payload failure", bytes(given)
    return "success", bytes(given)


def test_the_test_kit_is_at_hand() -> None:
    if NAMES:
        return
    message = f"No age test vectors in {VECTORS}: set IMPNA_SHARED_DATA."
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.mark.parametrize("name", NAMES)
def test_a_vector_gives_the_outcome_it_states(name: str) -> None:
    vector = read_vector(VECTORS / name)
    if not vector.supported and name != "empty":
        with pytest.raises(age.AgeError):
            age.decrypt(io.BytesIO(vector.file), vector.identities)
        return
    result, given = outcome(vector)
    assert result == vector.expected
    if result in {"success", "payload failure"} and vector.payload:
        assert hashlib.sha256(given).hexdigest() == vector.payload


@pytest.mark.parametrize("name", NAMES)
def test_the_range_reader_agrees_with_the_stream_about_every_vector(name: str) -> None:
    vector = read_vector(VECTORS / name)
    result, given = outcome(vector) if vector.supported else ("header failure", b"")
    if result != "success":
        with pytest.raises(age.AgeError):
            reader = age.AgeReader(io.BytesIO(vector.file), vector.identities)
            list(reader.read_range(0, reader.size))
        return
    reader = age.AgeReader(io.BytesIO(vector.file), vector.identities)
    assert reader.size == len(given)
    assert b"".join(reader.read_range(0, reader.size)) == given
