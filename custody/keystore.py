"""Where keys live: one directory per compartment, one file per key, nothing in the database.

A master key wraps each compartment's key; subkeys of that seal its texts and wrap its entries.
An entry is the secret half of an age key pair (one for each exhibit and each identity).
Destroying an entry is how something is erased: see `DirectoryKeyStore.destroy_key`.

    <root>/<compartment>/compartment.key    wrapped by the master key
    <root>/<compartment>/<entry>.key        wrapped by the compartment key
    <root>/<compartment>/<entry>.erased     empty: this key was destroyed, not lost
    <root>/<compartment>.erased             empty: this compartment was destroyed, not lost
"""

import contextlib
import fcntl
import hashlib
import hmac
import logging
import os
import re
import secrets
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from custody import age, durable

logger = logging.getLogger(__name__)

VERSION = b"\x01"
KEY = 32
NONCE = 12
TOKEN = 16
MASTER_ID = 8
NAME = re.compile(r"[0-9a-f]{32}")
COMPARTMENT_FILE = "compartment.key"


class KeyStoreError(Exception):
    """A key cannot be had. Whoever asked refuses and keeps the data."""


class KeyErased(KeyStoreError):
    """The key was destroyed on purpose; what it sealed is erased for good."""


class KeyMissing(KeyStoreError):
    """The key is not there and nobody destroyed it: lost, or never made. An alarm."""


class KeyCorrupt(KeyStoreError):
    """The key's file does not open: altered, swapped, or wrapped by a master key not given."""


class TextCorrupt(KeyStoreError):
    """A sealed text does not open: altered, or sealed in another context or compartment."""


class KeyStoreUnusable(KeyStoreError):
    """The store cannot work at all; the message says what to set or mend."""


@dataclass(frozen=True)
class KeyHandle:
    """The name of a key pair's secret in its compartment, and its "age1…" half to seal to."""

    entry: str
    recipient: str


class TextCipher:
    """Seals the text columns of one compartment.

    It holds the compartment's text key for as long as it lives: keep it for one request or task.
    Nonces are random, which is safe for 2**32 texts per compartment.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = ChaCha20Poly1305(key)

    def seal(self, plaintext: bytes, context: bytes) -> bytes:
        """Version byte, 12-byte nonce, ciphertext. `context` names where the text belongs."""
        return _sealed(self._cipher, plaintext, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """The plaintext, if `sealed` is unaltered and `context` the same; else `TextCorrupt`."""
        try:
            return _unsealed(self._cipher, sealed, context)
        except InvalidTag:
            raise TextCorrupt("A sealed text does not open in this place.") from None


class Tokenizer:
    """Turns a word into a token that only this compartment's key gives, and that says nothing else.

    It holds its key for as long as it lives: keep it for one request or task.
    """

    def __init__(self, key: bytes) -> None:
        self._mac = hmac.new(key, digestmod=hashlib.sha256)

    def token(self, word: str) -> bytes:
        """The first 16 bytes of HMAC-SHA-256; the same word gives the same ones."""
        mac = self._mac.copy()
        mac.update(word.encode())
        return mac.digest()[:TOKEN]


class KeyStore(Protocol):
    """What the portal asks of a key store; a KMS or an HSM can stand behind it.

    `identity`, `text_cipher` and `tokenizer` raise `KeyErased`, `KeyMissing` or `KeyCorrupt`, and
    any method `KeyStoreUnusable`. Names are 32 hexadecimal digits; others raise `ValueError`.
    """

    def create_compartment(self) -> str: ...
    def new_key(self, compartment: str) -> KeyHandle: ...
    def identity(self, compartment: str, entry: str) -> str: ...
    def text_cipher(self, compartment: str) -> TextCipher: ...
    def tokenizer(self, compartment: str) -> Tokenizer: ...
    def destroy_key(self, compartment: str, entry: str) -> None: ...
    def destroy_compartment(self, compartment: str) -> None: ...
    def check(self) -> None: ...


class DirectoryKeyStore:
    """Keys in a directory (mode 0700, files 0600), each written whole or not at all.

    Keeps the master keys in memory and nothing else: every call reads the disk. `earlier` are
    master keys that still open what a rotation has not yet re-wrapped; see `rewrap_master`.
    Processes may share a directory: changes to one compartment take turns by `flock`.
    """

    def __init__(
        self, root: Path | str, master_key: bytes, *, earlier: Sequence[bytes] = ()
    ) -> None:
        self._root = Path(root)
        self._master = _Master(master_key)
        self._earlier = [_Master(key) for key in earlier]

    @staticmethod
    def from_file(
        root: Path | str,
        master_key_file: Path | str | None,
        *,
        earlier_files: Sequence[Path | str] = (),
        setting: str = "PORTAL_MASTER_KEY_FILE",
    ) -> "DirectoryKeyStore":
        """Read the master keys; `KeyStoreUnusable` says how to make one and which `setting`."""
        if not master_key_file:
            raise KeyStoreUnusable(_advice("No master key file is named", setting))
        earlier = [_read_master(path, setting) for path in earlier_files]
        return DirectoryKeyStore(root, _read_master(master_key_file, setting), earlier=earlier)

    def create_compartment(self) -> str:
        compartment = secrets.token_hex(16)
        directory = self._root / compartment
        with _disk():
            directory.mkdir(mode=0o700)
            with _alone(directory):
                wrapped = self._master.wrap(secrets.token_bytes(KEY), compartment)
                durable.write_whole(directory / COMPARTMENT_FILE, wrapped)
            durable.sync_directory(self._root)
        return compartment

    def new_key(self, compartment: str) -> KeyHandle:
        """A fresh key pair, durable before this returns."""
        directory = self._root / _checked(compartment)
        entry, pair = secrets.token_hex(16), age.generate_identity()
        with _disk(), _unless_erased(self._mark(compartment)), _alone(directory):
            cipher = self._entry_cipher(compartment)
            sealed = _sealed(cipher, pair.secret.encode(), _entry_context(compartment, entry))
            durable.write_whole(directory / f"{entry}.key", sealed)
        return KeyHandle(entry=entry, recipient=pair.recipient)

    def identity(self, compartment: str, entry: str) -> str:
        """The "AGE-SECRET-KEY-1…" of an entry."""
        directory = self._root / _checked(compartment)
        mark = directory / f"{_checked(entry)}.erased"
        with _disk(), _unless_erased(self._mark(compartment), mark):
            cipher = self._entry_cipher(compartment)
            sealed = _read(directory / f"{entry}.key")
        try:
            return _unsealed(cipher, sealed, _entry_context(compartment, entry)).decode()
        except InvalidTag:
            raise KeyCorrupt("This key does not open: its file was altered or swapped.") from None

    def text_cipher(self, compartment: str) -> TextCipher:
        with _disk(), _unless_erased(self._mark(compartment)):
            return TextCipher(_derive(self._compartment_key(compartment), b"texts"))

    def tokenizer(self, compartment: str) -> Tokenizer:
        with _disk(), _unless_erased(self._mark(compartment)):
            return Tokenizer(_derive(self._compartment_key(compartment), b"tokens"))

    def destroy_key(self, compartment: str, entry: str) -> None:
        """Remove a key for good and leave an empty mark; again is allowed and does the rest.

        The mark is made first, so a crash between leaves a key that is refused as erased though
        its file exists: whoever erases calls again until this returns. The mark is left even
        when there was no key, so that a list of erasures can be replayed onto a restored store.
        The file is not overwritten: flash and copy-on-write disks write elsewhere, and what is
        left of it is wrapped by the compartment key. Its backup has to expire.
        """
        directory = self._root / _checked(compartment)
        entry = _checked(entry)
        with _disk():
            if _there(self._mark(compartment)):
                return
            directory.mkdir(mode=0o700, exist_ok=True)
            durable.sync_directory(self._root)
            # Missing after all: the whole compartment was destroyed while we waited.
            with contextlib.suppress(KeyMissing), _alone(directory):
                durable.touch(directory / f"{entry}.erased")
                (directory / f"{entry}.key").unlink(missing_ok=True)
                durable.sync_directory(directory)

    def destroy_compartment(self, compartment: str) -> None:
        """Remove a compartment with all its keys; the terms are those of `destroy_key`."""
        directory = self._root / _checked(compartment)
        with _disk():
            if _there(self._mark(compartment)) and not _there(directory):
                return
            durable.touch(self._mark(compartment))
            with contextlib.suppress(KeyMissing), _alone(directory):
                (directory / COMPARTMENT_FILE).unlink(missing_ok=True)
                durable.sync_directory(directory)
                for leftover in directory.iterdir():
                    leftover.unlink(missing_ok=True)
                directory.rmdir()
            durable.sync_directory(self._root)

    def rewrap_master(self, new_master: bytes) -> int:
        """Wrap every compartment key by `new_master`; the count of those changed.

        Killed at any moment, each compartment opens with the old or the new master key: start
        again with the new one and the old one as `earlier`, and call again. Other processes need
        both from before the first call. Discard the old key only when a call has returned 0
        after all processes run with the new one: one of them may still have used the old.
        Compartments that open with neither are left as they are and named in `KeyCorrupt`, after
        all others are done.
        """
        new = _Master(new_master)
        if new.id != self._master.id:
            self._earlier.insert(0, self._master)
        self._master = new
        changed, broken = 0, []
        with _disk():
            names = sorted(path.name for path in self._root.iterdir() if path.is_dir())
        for compartment in filter(NAME.fullmatch, names):
            directory = self._root / compartment
            try:
                # The lock keeps a compartment that is being destroyed from being written back.
                with _disk(), _alone(directory):
                    # Writers hold the lock, so a draft is what a crash left. It may still be
                    # wrapped by the master key that this rotation is to put out of use.
                    for draft in directory.glob(f"*{durable.DRAFT}"):
                        draft.unlink()
                    if not new.wrapped(_read(directory / COMPARTMENT_FILE)):
                        key = self._compartment_key(compartment)
                        durable.write_whole(
                            directory / COMPARTMENT_FILE, new.wrap(key, compartment)
                        )
                        changed += 1
            except KeyCorrupt:
                broken.append(compartment)
            except KeyMissing:
                # Destroyed since it was listed, or lost: then `identity` says so when asked.
                continue
        if broken:
            raise KeyCorrupt(f"These open with no master key at hand: {', '.join(broken)}.")
        return changed

    def check(self) -> None:
        """Write, read and remove a probe; `KeyStoreUnusable` with a sentence if that fails."""
        probe, content = self._root / f"probe.{secrets.token_hex(16)}", secrets.token_bytes(KEY)
        with _disk():
            durable.write_whole(probe, content)
            try:
                if probe.read_bytes() != content:
                    raise KeyStoreUnusable("The key store does not give back what was written.")
            finally:
                probe.unlink()
                durable.sync_directory(self._root)
            if stat.S_IMODE(self._root.stat().st_mode) & 0o077:
                raise KeyStoreUnusable(
                    "Others than the portal may enter the key store's directory: chmod 700."
                )

    def _mark(self, compartment: str) -> Path:
        return self._root / f"{_checked(compartment)}.erased"

    def _compartment_key(self, compartment: str) -> bytes:
        wrapped = _read(self._root / compartment / COMPARTMENT_FILE)
        for master in (self._master, *self._earlier):
            if master.wrapped(wrapped):
                return master.unwrap(wrapped, compartment)
        raise KeyCorrupt("A compartment's key was wrapped by a master key that is not given.")

    def _entry_cipher(self, compartment: str) -> ChaCha20Poly1305:
        return ChaCha20Poly1305(_derive(self._compartment_key(compartment), b"entries"))


class InsecureKeyStore(DirectoryKeyStore):
    """For development and demonstration: the master key lies beside the keys, so a thief of the
    disk has both. Makes the directory and the master key on first use, and warns each time."""

    def __init__(self, root: Path | str) -> None:
        root = Path(root)
        with _disk():
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = root / "insecure-master.key"
            if not path.exists():
                # Two processes may start at once: `link` lets exactly one of them win.
                draft = root / f"insecure-master.{secrets.token_hex(16)}"
                durable.write_whole(draft, secrets.token_bytes(KEY))
                with contextlib.suppress(FileExistsError):
                    path.hardlink_to(draft)
                draft.unlink()
                durable.sync_directory(root)
        super().__init__(root, _read_master(path, "a KeyStore of your own"))
        logger.warning(
            "InsecureKeyStore: the master key lies beside the keys. For demonstrations only."
        )


class _Master:
    """A master key: wraps and unwraps compartment keys, and recognises its own work."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY:
            raise KeyStoreUnusable("A master key is 32 bytes long.")
        self._cipher = ChaCha20Poly1305(_derive(key, b"compartments"))
        self.id = _derive(key, b"master id")[:MASTER_ID]

    def wrap(self, compartment_key: bytes, compartment: str) -> bytes:
        return self.id + _sealed(self._cipher, compartment_key, self._context(compartment))

    def wrapped(self, wrapped: bytes) -> bool:
        return wrapped[:MASTER_ID] == self.id

    def unwrap(self, wrapped: bytes, compartment: str) -> bytes:
        try:
            return _unsealed(self._cipher, wrapped[MASTER_ID:], self._context(compartment))
        except InvalidTag:
            raise KeyCorrupt("A compartment's key does not open: altered or swapped.") from None

    def _context(self, compartment: str) -> bytes:
        return f"compartment {compartment}".encode()


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY, None, b"impna/keystore/1/" + purpose).derive(key)


def _entry_context(compartment: str, entry: str) -> bytes:
    return f"entry {compartment}/{entry}".encode()


def _sealed(cipher: ChaCha20Poly1305, plaintext: bytes, context: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return VERSION + nonce + cipher.encrypt(nonce, plaintext, VERSION + context)


def _unsealed(cipher: ChaCha20Poly1305, sealed: bytes, context: bytes) -> bytes:
    nonce, body = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
    if sealed[:1] != VERSION or len(nonce) != NONCE:
        raise InvalidTag
    return cipher.decrypt(nonce, body, VERSION + context)


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError("A key store name is 32 hexadecimal digits in lower case.")
    return name


def _advice(problem: str, setting: str) -> str:
    return (
        f"{problem}. Make one with `(umask 077 && openssl rand -out FILE 32)` "
        f"on a disk other than the key store's, and name it in {setting}."
    )


def _read_master(path: Path | str, setting: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            status = os.fstat(file.fileno())
            key = file.read(KEY + 1)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "unreadable"
        raise KeyStoreUnusable(
            _advice(f"The master key file cannot be read ({reason})", setting)
        ) from None
    if status.st_mode & 0o077:
        raise KeyStoreUnusable(
            f"Others may read the master key file named in {setting}: chmod 600."
        )
    if len(key) != KEY:
        raise KeyStoreUnusable(_advice("The master key file does not hold 32 bytes", setting))
    return key


# Disk


@contextlib.contextmanager
def _disk() -> Iterator[None]:
    """Turn what the disk reports into `KeyStoreUnusable`; its message names no path."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "unknown reason"
        raise KeyStoreUnusable(
            f"The key store's directory cannot be used: {reason}. Check that it is there, "
            "belongs to the portal and has room."
        ) from error


@contextlib.contextmanager
def _unless_erased(*marks: Path) -> Iterator[None]:
    """Raise `KeyErased` when a mark is there, before the work and if the work misses a key.

    Before: a key file that a backup brought back stays erased. After: an erasure that happens
    meanwhile is not taken for a loss.
    """
    erased = "This was destroyed on purpose: what it sealed is erased."
    if any(map(_there, marks)):
        raise KeyErased(erased)
    try:
        yield
    except KeyMissing:
        if any(map(_there, marks)):
            raise KeyErased(erased) from None
        raise


def _there(path: Path) -> bool:
    """Like `Path.exists`, which takes a disk that cannot answer for a no."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    return True


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Hold a compartment's lock; `KeyMissing` when it is not there, also if that just happened."""
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        directory.parent.stat()
        raise KeyMissing("This compartment is not in the key store.") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if not _there(directory):
            raise KeyMissing("This compartment was removed a moment ago.")
        yield
    finally:
        os.close(descriptor)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        # A store that is not there at all is no proof that a key was lost.
        path.parent.parent.stat()
        raise KeyMissing("This key is not in the key store: lost, or never made.") from None
