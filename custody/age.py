"""The age v1 file format (https://c2sp.org/age) for X25519 recipients, as a stream and by range.

Files written here open with the `age` command, `pyrage` and typage, and theirs open here.
Armored files, passphrases, plugins and post-quantum recipients are not supported: the first
gives a `HeaderError`, files made out to the others give a `NoMatchError`.
"""

import base64
import binascii
import hmac
import io
import os
import re
from collections.abc import Buffer, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import BinaryIO, Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from custody import bech32

VERSION_LINE = b"age-encryption.org/v1\n"
X25519_LABEL = b"age-encryption.org/v1/X25519"
CHUNK = 64 * 1024
TAG = 16
SEALED_CHUNK = CHUNK + TAG
NONCE = 16
# One read serves 16 chunks: larger blocks measured no faster, smaller ones cost calls.
BLOCK_CHUNKS = 16
# The format sets no limit; without one a hostile file would be read into memory whole.
LONGEST_HEADER = 1024 * 1024

# An argument line, then body lines of exactly 64 characters, then one that is shorter, maybe empty.
STANZA = re.compile(rb"-> ([!-~]+(?: [!-~]+)*)\n((?:[A-Za-z\d+/]{64}\n)*[A-Za-z\d+/]{0,63}\n)")
HEADER_END = re.compile(rb"--- ([A-Za-z0-9+/]{43})\n")


class AgeError(Exception):
    """Anything that keeps an age file or an age key from being used."""


class HeaderError(AgeError):
    """The header is malformed, of another version or kind, or lacks its payload nonce."""


class MacError(HeaderError):
    """The header was altered: its MAC does not fit the file key."""


class NoMatchError(AgeError):
    """The file is not made out to any of the identities given."""


class PayloadError(AgeError):
    """The payload was altered, cut short or added to."""


class KeyFormatError(AgeError, ValueError):
    """A recipient or identity is not one; the message never repeats the key."""


class Readable(Protocol):
    def read(self, count: int, /) -> bytes: ...


class Writable(Protocol):
    def write(self, data: bytes, /) -> int | None: ...


# Keys


@dataclass(frozen=True)
class Identity:
    """A key pair as age writes it: "AGE-SECRET-KEY-1…" and "age1…"."""

    secret: str = field(repr=False)
    recipient: str


def generate_identity() -> Identity:
    key = X25519PrivateKey.generate()
    return Identity(
        secret=bech32.encode("age-secret-key-", key.private_bytes_raw()).upper(),
        recipient=bech32.encode("age", key.public_key().public_bytes_raw()),
    )


def parse_identity(text: str) -> X25519PrivateKey:
    """The key of "AGE-SECRET-KEY-1…": upper case, nothing around it; else `KeyFormatError`."""
    if not (text.isascii() and text.isupper()):
        raise KeyFormatError("An age identity is written in capitals: AGE-SECRET-KEY-1…")
    return X25519PrivateKey.from_private_bytes(_key_bytes("age-secret-key-", text.lower()))


@lru_cache(maxsize=1024)  # public keys; an upload seals every piece to the same one
def parse_recipient(text: str) -> X25519PublicKey:
    """The key of "age1…": lower case, nothing around it; else `KeyFormatError`."""
    if not text.islower():
        raise KeyFormatError("An age recipient is written in lower case: age1…")
    return X25519PublicKey.from_public_bytes(_key_bytes("age", text))


def _key_bytes(prefix: str, text: str) -> bytes:
    try:
        return bech32.decode(prefix, text)
    except ValueError as error:
        raise KeyFormatError(f"Not an age key: {error}") from None


# Header


@dataclass(frozen=True)
class _Stanza:
    kind: bytes
    arguments: list[bytes]
    body: bytes


def _derive(secret: bytes, *, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(secret)


def _to_base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _from_base64(text: bytes) -> bytes:
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise HeaderError("The age header holds broken base64.") from None
    if _to_base64(data) != text:
        raise HeaderError("The age header holds base64 that is not in its canonical form.")
    return data


def _mac(file_key: bytes, covered: bytes) -> bytes:
    return hmac.digest(_derive(file_key, salt=None, info=b"header"), covered, "sha256")


def _stanza_cipher(shared: bytes, share: bytes, public: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(_derive(shared, salt=share + public, info=X25519_LABEL))


def _wrap(file_key: bytes, recipient: X25519PublicKey) -> bytes:
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    try:
        shared = ephemeral.exchange(recipient)
    except ValueError:
        raise KeyFormatError("This recipient is a point of low order: no key at all.") from None
    cipher = _stanza_cipher(shared, share, recipient.public_bytes_raw())
    body = cipher.encrypt(bytes(12), file_key, None)
    return b"-> X25519 " + _to_base64(share) + b"\n" + _to_base64(body) + b"\n"


def _unwrap(stanzas: list[_Stanza], identities: list[X25519PrivateKey]) -> bytes:
    pairs = [(key, key.public_key().public_bytes_raw()) for key in identities]
    for stanza in stanzas:
        if stanza.kind != b"X25519":
            continue
        share = _from_base64(stanza.arguments[0]) if len(stanza.arguments) == 1 else b""
        # The body's length is checked before it is opened: a longer one could be made to open
        # under several keys, and tell an attacker which of them we hold.
        if len(share) != 32 or len(stanza.body) != 32:
            raise HeaderError("An X25519 stanza of the age header is malformed.")
        for key, public in pairs:
            try:
                shared = key.exchange(X25519PublicKey.from_public_bytes(share))
            except ValueError:
                raise HeaderError("An X25519 share of the age header is of low order.") from None
            try:
                return _stanza_cipher(shared, share, public).decrypt(bytes(12), stanza.body, None)
            except InvalidTag:
                continue
    raise NoMatchError("This age file is not made out to any of the keys at hand.")


class _Source:
    """Gives exact counts from a `read` that may give less, and remembers what was read ahead."""

    def __init__(self, readable: Readable) -> None:
        self._readable = readable
        self._ahead = b""
        self.consumed = 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes; fewer only at the end of the input."""
        parts, missing = [self._ahead[:count]], count - len(self._ahead[:count])
        self._ahead = self._ahead[count:]
        while missing > 0 and (more := self._readable.read(missing)):
            parts.append(more)
            missing -= len(more)
        self.consumed += count - missing
        return b"".join(filter(None, parts))  # joining a single piece copies nothing

    def header(self) -> bytes:
        """Everything through the line that begins with "---"; `HeaderError` without one."""
        data = bytearray(self.take(len(VERSION_LINE)))
        if data != VERSION_LINE:
            kind = "an armored age file" if data.startswith(b"-----BEGIN AGE") else "no age v1 file"
            raise HeaderError(f"This is {kind}: only binary age v1 files are read.")
        end = searched = 0
        while not end and len(data) <= LONGEST_HEADER:
            if not (more := self.take(512)):
                raise HeaderError("The file ends inside its age header.")
            data += more
            mark = data.find(b"\n---", searched)
            searched = mark if mark >= 0 else len(data) - 3
            end = data.find(b"\n", mark + 1) + 1 if mark >= 0 else 0
        if not end:
            raise HeaderError("The age header is longer than 1 MiB.")
        self._ahead = bytes(data[end:]) + self._ahead
        self.consumed = end
        return bytes(data[:end])


def _parse(header: bytes) -> tuple[list[_Stanza], bytes, bytes]:
    """The stanzas, what the MAC covers, and the MAC."""
    position, stanzas = len(VERSION_LINE), []
    while match := STANZA.match(header, position):
        kind, *arguments = match[1].split(b" ")
        stanzas.append(_Stanza(kind, arguments, _from_base64(match[2].replace(b"\n", b""))))
        position = match.end()
    end = HEADER_END.fullmatch(header, position)
    if not stanzas or not end:
        raise HeaderError("The age header is malformed.")
    if len(stanzas) > 1 and any(stanza.kind == b"scrypt" for stanza in stanzas):
        raise HeaderError("The age header mixes a passphrase with other recipients.")
    return stanzas, header[: position + 3], _from_base64(end[1])


def _open_payload(source: _Source, identities: Iterable[str]) -> ChaCha20Poly1305:
    """Read header and nonce; what is left in `source` are the chunks."""
    keys = [parse_identity(text) for text in identities]
    stanzas, covered, mac = _parse(source.header())
    file_key = _unwrap(stanzas, keys)
    if not hmac.compare_digest(mac, _mac(file_key, covered)):
        raise MacError("The age header was altered: its MAC does not fit.")
    nonce = source.take(NONCE)
    if len(nonce) != NONCE:
        raise HeaderError("The file ends before its payload begins.")
    return ChaCha20Poly1305(_derive(file_key, salt=nonce, info=b"payload"))


# Payload


def _chunk_nonce(index: int, *, last: bool) -> bytes:
    return (index << 8 | last).to_bytes(12)


def _opened(
    cipher: ChaCha20Poly1305, chunk: memoryview | bytes, index: int, *, last: bool
) -> bytes | None:
    try:
        return cipher.decrypt(_chunk_nonce(index, last=last), chunk, None)
    except InvalidTag:
        return None


def decrypt(readable: Readable, identities: Iterable[str]) -> Iterator[bytes]:
    """The plaintext of an age file in pieces of at most 64 KiB, each verified before it is given.

    The call itself reads the header and the payload nonce, and raises `HeaderError`, `MacError`
    (a `HeaderError`), `NoMatchError` or, for an identity that is none, `KeyFormatError`.
    Iterating raises `PayloadError` at the first thing that does not hold. Pieces given before
    are genuine, but only an iteration that ends by itself shows that none is missing.
    """
    source = _Source(readable)
    return _chunks(source, _open_payload(source, identities))


def _chunks(source: _Source, cipher: ChaCha20Poly1305) -> Iterator[bytes]:
    index = 0
    block = source.take(BLOCK_CHUNKS * SEALED_CHUNK)
    if not block:
        raise PayloadError("The age file has no payload: it was cut short.")
    while block:
        following = source.take(BLOCK_CHUNKS * SEALED_CHUNK)
        view = memoryview(block)
        for start in range(0, len(block), SEALED_CHUNK):
            chunk = view[start : start + SEALED_CHUNK]
            at_end = not following and start + SEALED_CHUNK >= len(block)
            plain = _opened(cipher, chunk, index, last=at_end)
            if plain is None:
                # A full chunk in the wrong place is genuine for what it is; the file is not.
                if len(chunk) == SEALED_CHUNK and (
                    plain := _opened(cipher, chunk, index, last=not at_end)
                ):
                    yield plain
                    raise PayloadError(
                        "The age file was cut short." if at_end else "Data follows the last chunk."
                    )
                raise PayloadError(f"Chunk {index} of the age file was altered or cut short.")
            if not plain and index:
                raise PayloadError("The last chunk of the age file is empty.")
            yield plain
            index += 1
        block = following


@dataclass(frozen=True)
class Opened:
    """What reading an age file needs once its header is open: the key of this one payload."""

    cipher: ChaCha20Poly1305 = field(repr=False)
    start: int
    last: int
    size: int


class AgeReader:
    """An age file on a seekable binary file, read by range.

    Opening it verifies the header and the last chunk, so a file that was cut or added to raises
    `PayloadError` here (the other errors are those of `decrypt`). `size` is in plaintext bytes.
    The file stays the caller's to close, and one thread at a time may read from it.
    """

    def __init__(
        self, file: BinaryIO, identities: Iterable[str], *, again: Opened | None = None
    ) -> None:
        """With `again`, what an earlier reader of this file found: no header is opened."""
        self._file = file
        if again is not None:
            self._cipher, self._start = again.cipher, again.start
            self._last, self.size = again.last, again.size
            return
        file.seek(0)
        source = _Source(file)
        self._cipher = _open_payload(source, identities)
        self._start = source.consumed
        sealed = file.seek(0, io.SEEK_END) - self._start
        self._last = max(0, -(-sealed // SEALED_CHUNK) - 1)
        self.size = sealed - TAG * (self._last + 1)
        for final in self._verified(self._last, self._last + 1):
            if not final and self._last:
                raise PayloadError("The last chunk of the age file is empty.")

    @property
    def opened(self) -> Opened:
        """For `again`; whoever keeps it keeps the key of this file."""
        return Opened(self._cipher, self._start, self._last, self.size)

    def read_range(self, start: int, stop: int) -> Iterator[bytes]:
        """`plaintext[start:stop]` in pieces of at most 64 KiB, each verified before it is given.

        A `stop` beyond the end is clipped, as a slice does; `ValueError` for a negative `start` or
        a `stop` before it, at the call. Iterating raises `PayloadError` for an altered chunk.
        """
        if not 0 <= start <= stop:
            raise ValueError("A range needs 0 <= start <= stop.")
        return self._slices(start, min(stop, self.size))

    def _slices(self, start: int, stop: int) -> Iterator[bytes]:
        if start >= stop:
            return
        first = start // CHUNK
        for index, plain in enumerate(self._verified(first, -(-stop // CHUNK)), first):
            yield plain[max(0, start - index * CHUNK) : stop - index * CHUNK]

    def _verified(self, first: int, end: int) -> Iterator[bytes]:
        for index in range(first, end, BLOCK_CHUNKS):
            count = min(BLOCK_CHUNKS, end - index)
            # Seek for each block: another range of the same reader may have moved the file.
            self._file.seek(self._start + index * SEALED_CHUNK)
            block = memoryview(_Source(self._file).take(count * SEALED_CHUNK))
            for place in range(count):
                chunk = block[place * SEALED_CHUNK : (place + 1) * SEALED_CHUNK]
                last = index + place == self._last
                plain = _opened(self._cipher, chunk, index + place, last=last)
                if plain is None:
                    raise PayloadError(f"Chunk {index + place} of the age file does not verify.")
                yield plain


class AgeWriter:
    """Seals what is written to it into an age file; `close` writes the last chunk.

    Leaving a `with` block by an exception, or a failed write below, leaves the file without its
    last chunk: every reader refuses it as cut short. The file below stays the caller's to close.
    """

    def __init__(self, writable: Writable, recipients: Iterable[str]) -> None:
        """Write the header; `KeyFormatError` for a recipient that is none, or without any."""
        keys = [parse_recipient(text) for text in recipients]
        if not keys:
            raise KeyFormatError("An age file needs at least one recipient.")
        file_key, nonce = os.urandom(16), os.urandom(NONCE)
        covered = VERSION_LINE + b"".join(_wrap(file_key, key) for key in keys) + b"---"
        self._writable = writable
        self._cipher = ChaCha20Poly1305(_derive(file_key, salt=nonce, info=b"payload"))
        self._pending = bytearray()
        self._index = 0
        self._closed = False
        self._put(covered + b" " + _to_base64(_mac(file_key, covered)) + b"\n" + nonce)

    def write(self, data: Buffer) -> int:
        """Take all of `data` and give its length in bytes; `ValueError` once closed or failed."""
        if self._closed:
            raise ValueError("This age file is finished, or writing it failed.")
        view = memoryview(data).cast("B")
        length = len(view)
        pending = self._pending
        # A full chunk waits until more comes: only then is it known not to be the last.
        if pending and len(pending) + length > CHUNK:
            room = CHUNK - len(pending)
            pending += view[:room]
            view = view[room:]
            self._seal(pending, last=False)
            pending.clear()
        start = 0
        while len(view) - start > CHUNK:
            self._seal(view[start : start + CHUNK], last=False)
            start += CHUNK
        pending += view[start:]
        return length

    def close(self) -> None:
        """Write the last chunk. Closing again, or after a failure, does nothing."""
        if not self._closed:
            self._seal(self._pending, last=True)
            self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        self._closed = True

    def _seal(self, chunk: bytearray | memoryview, *, last: bool) -> None:
        self._put(self._cipher.encrypt(_chunk_nonce(self._index, last=last), chunk, None))
        self._index += 1

    def _put(self, data: bytes) -> None:
        try:
            written = self._writable.write(data)
            while written is not None and written < len(data):  # unbuffered files may take less
                data = data[written:]
                written = self._writable.write(data)
        except BaseException:
            self._closed = True
            raise


def encrypt(writable: Writable, recipients: Iterable[str]) -> AgeWriter:
    """A writer, also for `with`, that seals to `recipients` ("age1…") and writes to `writable`."""
    return AgeWriter(writable, recipients)


def encrypt_stream(readable: Readable, writable: Writable, recipients: Iterable[str]) -> int:
    """Seal everything `readable` gives; the count of plaintext bytes."""
    count = 0
    with AgeWriter(writable, recipients) as sealed:
        while block := readable.read(BLOCK_CHUNKS * CHUNK):
            count += sealed.write(block)
    return count


def seal_bytes(data: Buffer, recipients: Iterable[str]) -> bytes:
    file = io.BytesIO()
    with AgeWriter(file, recipients) as sealed:
        sealed.write(data)
    return file.getvalue()


def open_bytes(data: Buffer, identities: Iterable[str]) -> bytes:
    """The whole plaintext, or the errors of `decrypt` and no byte of it."""
    return b"".join(decrypt(io.BytesIO(data), identities))
