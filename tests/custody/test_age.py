import hashlib
import io
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody import age, bech32

ALICE, BOB = age.generate_identity(), age.generate_identity()
CHUNK, SEALED = age.CHUNK, age.SEALED_CHUNK
BOUNDARIES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 16 * CHUNK, 16 * CHUNK + 1]
near_a_boundary = st.builds(
    lambda chunks, offset: max(0, chunks * CHUNK + offset),
    st.integers(0, 3),
    st.integers(-3, 3),
)


def plaintext_of(size: int) -> bytes:
    return hashlib.shake_128(b"age").digest(size)


class Dribble(io.RawIOBase):
    """Gives and takes at most 777 bytes at a time, as sockets and unbuffered files may."""

    def __init__(self, data: bytes = b"") -> None:
        self.inner = io.BytesIO(data)

    def read(self, size: int = -1, /) -> bytes:
        return self.inner.read(min(size, 777))

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # narrower on purpose
        return self.inner.write(data[:777])


def payload_start(sealed: bytes) -> int:
    return sealed.index(b"\n", sealed.index(b"\n--- ") + 1) + 1 + age.NONCE


def sealed_with_header(change: Callable[[bytes], bytes]) -> bytes:
    """An age file to Alice whose header was changed."""
    sealed = age.seal_bytes(b"statement", [ALICE.recipient])
    end = payload_start(sealed) - age.NONCE
    return change(sealed[:end]) + sealed[end:]


# Round trips


@pytest.mark.parametrize("size", BOUNDARIES)
def test_what_is_sealed_opens_again(size: int) -> None:
    plain = plaintext_of(size)
    assert age.open_bytes(age.seal_bytes(plain, [ALICE.recipient]), [ALICE.secret]) == plain


@pytest.mark.parametrize("size", BOUNDARIES)
def test_the_file_is_as_long_as_the_format_says(size: int) -> None:
    sealed = age.seal_bytes(plaintext_of(size), [ALICE.recipient])
    chunks = max(1, -(-size // CHUNK))
    assert len(sealed) - payload_start(sealed) == size + chunks * age.TAG


@settings(deadline=None, max_examples=40)
@given(st.lists(near_a_boundary, max_size=4))
def test_the_sizes_of_the_writes_do_not_matter(sizes: list[int]) -> None:
    plain, start, file = plaintext_of(sum(sizes)), 0, io.BytesIO()
    with age.encrypt(file, [ALICE.recipient]) as writer:
        for size in sizes:
            assert writer.write(memoryview(plain)[start : start + size]) == size
            start += size
    assert age.open_bytes(file.getvalue(), [ALICE.secret]) == plain


def test_a_stream_that_dribbles_is_sealed_and_opened() -> None:
    plain, sealed = plaintext_of(3 * CHUNK + 5), Dribble()
    assert age.encrypt_stream(Dribble(plain), sealed, [ALICE.recipient]) == len(plain)
    opened = b"".join(age.decrypt(Dribble(sealed.inner.getvalue()), [ALICE.secret]))
    assert opened == plain


def test_either_of_two_recipients_opens_the_file() -> None:
    sealed = age.seal_bytes(b"statement", [ALICE.recipient, BOB.recipient])
    assert age.open_bytes(sealed, [ALICE.secret]) == b"statement"
    assert age.open_bytes(sealed, [BOB.secret]) == b"statement"


def test_the_identity_that_fits_is_found_among_others() -> None:
    sealed = age.seal_bytes(b"statement", [BOB.recipient])
    assert age.open_bytes(sealed, [ALICE.secret, BOB.secret]) == b"statement"


def test_the_same_text_is_never_sealed_the_same_way() -> None:
    first, second = (age.seal_bytes(b"same", [ALICE.recipient]) for _ in range(2))
    assert first[payload_start(first) :] != second[payload_start(second) :]


def test_a_closed_writer_takes_no_more_and_closing_twice_is_harmless() -> None:
    file = io.BytesIO()
    writer = age.encrypt(file, [ALICE.recipient])
    writer.write(b"statement")
    writer.close()
    sealed = file.getvalue()
    writer.close()
    with pytest.raises(ValueError, match="finished"):
        writer.write(b"more")
    assert file.getvalue() == sealed


def test_a_writer_left_by_an_error_leaves_a_file_that_is_refused() -> None:
    file = io.BytesIO()
    with pytest.raises(RuntimeError), age.encrypt(file, [ALICE.recipient]) as writer:
        writer.write(plaintext_of(2 * CHUNK))
        raise RuntimeError
    with pytest.raises(age.PayloadError):
        age.open_bytes(file.getvalue(), [ALICE.secret])


def test_a_writer_whose_disk_failed_cannot_be_finished() -> None:
    class Full(io.BytesIO):
        def write(self, data: bytes, /) -> int:  # type: ignore[override]  # narrower on purpose
            if self.tell() > CHUNK:
                raise OSError
            return super().write(data)

    file = Full()
    writer = age.encrypt(file, [ALICE.recipient])
    with pytest.raises(OSError, match=r"^$"):
        writer.write(plaintext_of(3 * CHUNK))
    writer.close()
    with pytest.raises(ValueError, match="failed"):
        writer.write(b"again")
    with pytest.raises(age.PayloadError):
        age.open_bytes(file.getvalue(), [ALICE.secret])


# Other people's programs


@pytest.mark.parametrize("size", BOUNDARIES)
def test_pyrage_opens_what_we_seal(size: int) -> None:
    identity = pyrage.x25519.Identity.from_str(ALICE.secret)
    sealed = age.seal_bytes(plaintext_of(size), [BOB.recipient, ALICE.recipient])
    assert pyrage.decrypt(sealed, [identity]) == plaintext_of(size)


@pytest.mark.parametrize("size", BOUNDARIES)
def test_we_open_what_pyrage_seals(size: int) -> None:
    recipients = [pyrage.x25519.Recipient.from_str(key.recipient) for key in (BOB, ALICE)]
    sealed = pyrage.encrypt(plaintext_of(size), recipients)
    assert age.open_bytes(sealed, [ALICE.secret]) == plaintext_of(size)
    reader = age.AgeReader(io.BytesIO(sealed), [ALICE.secret])
    assert reader.size == size


def test_pyrage_and_we_read_each_others_keys() -> None:
    theirs = pyrage.x25519.Identity.generate()
    public = age.parse_identity(str(theirs)).public_key().public_bytes_raw()
    assert bech32.encode("age", public) == str(theirs.to_public())
    assert str(pyrage.x25519.Identity.from_str(ALICE.secret).to_public()) == ALICE.recipient


def test_the_age_command_and_we_open_each_others_files(tmp_path: Path) -> None:
    command = shutil.which("age")
    if not command:
        pytest.skip("the age command is not on PATH; pyrage is the judge here")
    plain = plaintext_of(2 * CHUNK + 7)
    key, sealed = tmp_path / "key", tmp_path / "sealed"
    key.write_text(f"{ALICE.secret}\n")
    sealed.write_bytes(age.seal_bytes(plain, [ALICE.recipient]))
    opened = subprocess.run(
        [command, "-d", "-i", key, sealed], check=True, capture_output=True
    ).stdout
    assert opened == plain
    theirs = subprocess.run(
        [command, "-r", ALICE.recipient], input=plain, check=True, capture_output=True
    ).stdout
    assert age.open_bytes(theirs, [ALICE.secret]) == plain


def test_a_file_sealed_with_a_passphrase_matches_no_identity() -> None:
    words = b"-> scrypt " + b"A" * 22 + b" 18\n" + b"A" * 43 + b"\n"
    sealed = age.VERSION_LINE + words + b"--- " + b"A" * 43 + b"\n" + bytes(48)
    with pytest.raises(age.NoMatchError):
        age.decrypt(io.BytesIO(sealed), [ALICE.secret])


def test_an_armored_file_is_refused_by_name() -> None:
    recipient = pyrage.x25519.Recipient.from_str(ALICE.recipient)
    armored = pyrage.encrypt(b"text", [recipient], armored=True)
    with pytest.raises(age.HeaderError, match="armored"):
        age.decrypt(io.BytesIO(armored), [ALICE.secret])


# Damage


def test_the_wrong_identity_opens_nothing() -> None:
    sealed = age.seal_bytes(b"statement", [ALICE.recipient])
    for identities in ([BOB.secret], []):
        with pytest.raises(age.NoMatchError):
            age.decrypt(io.BytesIO(sealed), identities)
        with pytest.raises(age.NoMatchError):
            age.AgeReader(io.BytesIO(sealed), identities)


def test_every_altered_bit_of_a_short_file_is_noticed() -> None:
    sealed = age.seal_bytes(b"statement", [ALICE.recipient])
    for place in range(len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 1 << place % 8
        with pytest.raises(age.AgeError):
            age.open_bytes(altered, [ALICE.secret])


@pytest.mark.parametrize("chunks", [1, 2, 3, 17])
def test_a_file_cut_at_any_boundary_is_refused(chunks: int) -> None:
    plain = plaintext_of(chunks * CHUNK)
    sealed = age.seal_bytes(plain, [ALICE.recipient])
    start = payload_start(sealed)
    cuts = {0, 1, 21, 22, 40, start - age.NONCE, start - 1, start, len(sealed) - 1}
    for edge in range(start, len(sealed), SEALED):
        cuts |= {edge, edge + 1, edge + age.TAG - 1, edge + age.TAG, edge + age.TAG + 1}
    for cut in sorted(cuts):
        pieces: list[bytes] = []
        with pytest.raises(age.AgeError) as refused:
            pieces.extend(age.decrypt(io.BytesIO(sealed[:cut]), [ALICE.secret]))
        assert refused.type is (age.HeaderError if cut < start else age.PayloadError)
        with pytest.raises(refused.type):
            age.AgeReader(io.BytesIO(sealed[:cut]), [ALICE.secret])


def test_only_genuine_pieces_are_given_before_a_cut_is_found() -> None:
    plain = plaintext_of(3 * CHUNK)
    sealed = age.seal_bytes(plain, [ALICE.recipient])
    pieces = age.decrypt(io.BytesIO(sealed[: payload_start(sealed) + 2 * SEALED]), [ALICE.secret])
    assert [next(pieces), next(pieces)] == [plain[:CHUNK], plain[CHUNK : 2 * CHUNK]]
    with pytest.raises(age.PayloadError, match="cut short"):
        next(pieces)


@pytest.mark.parametrize("size", [0, 9, CHUNK, 16 * CHUNK])
@pytest.mark.parametrize("garbage", [b"x", b"x" * 16, b"x" * 17, b"x" * SEALED, b"x" * 2 * SEALED])
def test_data_after_the_last_chunk_is_refused(size: int, garbage: bytes) -> None:
    sealed = age.seal_bytes(plaintext_of(size), [ALICE.recipient]) + garbage
    with pytest.raises(age.PayloadError):
        age.open_bytes(sealed, [ALICE.secret])
    with pytest.raises(age.PayloadError):
        age.AgeReader(io.BytesIO(sealed), [ALICE.secret])


def test_an_empty_last_chunk_is_refused_unless_it_is_the_only_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def seal_pending_early(self: age.AgeWriter) -> None:
        self._seal(self._pending, last=False)
        self._seal(bytearray(), last=True)

    monkeypatch.setattr(age.AgeWriter, "close", seal_pending_early)
    sealed = age.seal_bytes(plaintext_of(CHUNK), [ALICE.recipient])
    with pytest.raises(age.PayloadError, match="empty"):
        age.open_bytes(sealed, [ALICE.secret])
    with pytest.raises(age.PayloadError, match="empty"):
        age.AgeReader(io.BytesIO(sealed), [ALICE.secret])


def test_swapped_and_repeated_chunks_are_refused() -> None:
    sealed = age.seal_bytes(plaintext_of(3 * CHUNK), [ALICE.recipient])
    start = payload_start(sealed)
    head, chunks = sealed[:start], [sealed[start + i * SEALED :][:SEALED] for i in range(3)]
    for order in ([1, 0, 2], [0, 0, 2], [0, 2], [2], [0, 1, 2, 2]):
        with pytest.raises(age.PayloadError):
            age.open_bytes(head + b"".join(chunks[i] for i in order), [ALICE.secret])


def test_a_long_file_altered_in_a_later_chunk_gives_only_what_is_before_it() -> None:
    plain = plaintext_of(20 * CHUNK)
    altered = bytearray(age.seal_bytes(plain, [ALICE.recipient]))
    altered[payload_start(bytes(altered)) + 17 * SEALED] ^= 1
    given: list[bytes] = []
    with pytest.raises(age.PayloadError, match="Chunk 17"):
        given.extend(age.decrypt(io.BytesIO(altered), [ALICE.secret]))
    assert b"".join(given) == plain[: 17 * CHUNK]


# Header


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.replace(b"\n", b"\r\n"),
        lambda header: header.replace(b"/v1", b"/v2"),
        lambda header: b"\n" + header,
        lambda header: header.replace(b"-> X25519", b"->  X25519"),
        lambda header: header.replace(b"-> X25519 ", b"-> X25519 extra "),
        lambda header: header.replace(b"--- ", b"--- A"),
        lambda header: header.replace(b"--- ", b"---"),
        lambda header: header[:-1] + b" \n",
        lambda header: header[:-2] + b"\n",
        lambda header: re.sub(rb"-> .*\n.*\n", b"", header),
        lambda header: header.replace(b"---", b"-> scrypt c2FsdA 10\nYm9keQ\n---"),
        lambda header: header.replace(b"---", b"-> grease\nnot base64!\n---"),
        lambda header: header.replace(b"---", b"-> grease\nA\n---"),
        lambda header: header.replace(b"---", b"-> grease\nAB\n---"),
        lambda header: header.replace(b"---", b"-> grease\n" + b"A" * 65 + b"\n---"),
        lambda header: header.replace(b"---", b"-> grease\n" + b"A" * 64 + b"\n---"),
        lambda header: header.replace(b"---", b"-> gr\x7fease\n\n---"),
        lambda header: header.replace(b"-> ", b"-> X25519 AAAA\n" + b"A" * 43 + b"\n-> "),
        lambda header: header.replace(b"-> ", b"-> X25519\n" + b"A" * 43 + b"\n-> "),
    ],
)
def test_a_malformed_header_is_refused(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(age.HeaderError) as refused:
        age.decrypt(io.BytesIO(sealed_with_header(change)), [BOB.secret, ALICE.secret])
    assert refused.type is age.HeaderError


def test_unknown_stanzas_are_passed_over_but_covered_by_the_mac() -> None:
    grease = b"-> grease !~ x\n" + b"A" * 64 + b"\n\n---"
    with pytest.raises(age.MacError):
        age.decrypt(
            io.BytesIO(sealed_with_header(lambda header: header.replace(b"---", grease))),
            [ALICE.secret],
        )


def test_a_share_of_low_order_is_refused() -> None:
    zero = b"-> X25519 " + b"A" * 43 + b"\n"
    changed = sealed_with_header(lambda header: re.sub(rb"-> X25519 .*\n", zero, header))
    with pytest.raises(age.HeaderError, match="low order"):
        age.decrypt(io.BytesIO(changed), [ALICE.secret])


def test_a_header_without_end_is_refused_before_it_fills_the_memory() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1, /) -> bytes:
            line = age.VERSION_LINE if not self.given else b"-> x\n\n" * 100
            self.given += len(line[:size])
            return line[:size]

    endless = Endless()
    with pytest.raises(age.HeaderError, match="longer than 1 MiB"):
        age.decrypt(endless, [ALICE.secret])
    assert endless.given < 2 * age.LONGEST_HEADER


def test_header_errors_come_with_the_call_and_not_with_the_first_piece() -> None:
    with pytest.raises(age.HeaderError):
        age.decrypt(io.BytesIO(b"no age file"), [ALICE.secret])


# Ranges


@settings(deadline=None, max_examples=60)
@given(near_a_boundary, near_a_boundary, near_a_boundary)
def test_a_range_is_the_same_slice_of_the_plaintext(size: int, one: int, other: int) -> None:
    plain, (start, stop) = plaintext_of(size), sorted((one, other))
    reader = age.AgeReader(io.BytesIO(age.seal_bytes(plain, [ALICE.recipient])), [ALICE.secret])
    assert reader.size == size
    assert b"".join(reader.read_range(start, stop)) == plain[start:stop]


def test_ranges_across_blocks_and_beyond_the_end_are_slices_too() -> None:
    plain = plaintext_of(35 * CHUNK + 11)
    reader = age.AgeReader(io.BytesIO(age.seal_bytes(plain, [ALICE.recipient])), [ALICE.secret])
    for start, stop in [
        (0, len(plain)),
        (5, 34 * CHUNK),
        (16 * CHUNK - 1, 33 * CHUNK),
        (9, 1 << 40),
    ]:
        pieces = list(reader.read_range(start, stop))
        assert b"".join(pieces) == plain[start:stop]
        assert all(0 < len(piece) <= CHUNK for piece in pieces)


def test_two_ranges_of_one_reader_may_be_read_in_turns() -> None:
    plain = plaintext_of(34 * CHUNK)
    reader = age.AgeReader(io.BytesIO(age.seal_bytes(plain, [ALICE.recipient])), [ALICE.secret])
    turns = list(
        zip(
            reader.read_range(0, 17 * CHUNK), reader.read_range(17 * CHUNK, 34 * CHUNK), strict=True
        )
    )
    assert b"".join(first for first, _ in turns) + b"".join(second for _, second in turns) == plain


@pytest.mark.parametrize(("start", "stop"), [(-1, 5), (5, 4), (-2, -1)])
def test_a_range_that_is_none_is_refused_at_the_call(start: int, stop: int) -> None:
    reader = age.AgeReader(io.BytesIO(age.seal_bytes(b"text", [ALICE.recipient])), [ALICE.secret])
    with pytest.raises(ValueError, match="start"):
        reader.read_range(start, stop)


def test_a_range_over_an_altered_chunk_gives_nothing_of_it_and_others_still_open() -> None:
    plain = plaintext_of(4 * CHUNK)
    altered = bytearray(age.seal_bytes(plain, [ALICE.recipient]))
    altered[payload_start(bytes(altered)) + 2 * SEALED - 1] ^= 128
    reader = age.AgeReader(io.BytesIO(altered), [ALICE.secret])
    assert b"".join(reader.read_range(2 * CHUNK, 4 * CHUNK)) == plain[2 * CHUNK :]
    pieces = reader.read_range(0, 2 * CHUNK)
    assert next(pieces) == plain[:CHUNK]
    with pytest.raises(age.PayloadError, match="Chunk 1 "):
        next(pieces)


def test_a_file_that_shrinks_while_it_is_read_is_noticed() -> None:
    file = io.BytesIO(age.seal_bytes(plaintext_of(3 * CHUNK), [ALICE.recipient]))
    reader = age.AgeReader(file, [ALICE.secret])
    file.truncate(2 * SEALED)
    with pytest.raises(age.PayloadError):
        list(reader.read_range(0, 3 * CHUNK))


# Keys


def test_an_identity_does_not_show_its_secret() -> None:
    assert ALICE.secret not in repr(ALICE)
    assert ALICE.recipient in repr(ALICE)


@settings(deadline=None, max_examples=50)
@given(st.binary(min_size=32, max_size=32))
def test_any_key_survives_its_spelling(key: bytes) -> None:
    assert bech32.decode("age", bech32.encode("age", key)) == key


WRONG_RECIPIENTS = {
    "empty": "",
    "upper case": ALICE.recipient.upper(),
    "mixed case": ALICE.recipient[:-1] + ALICE.recipient[-1].upper() + "A",
    "a letter mistyped": ALICE.recipient[:20]
    + ("q" if ALICE.recipient[20] != "q" else "p")
    + ALICE.recipient[21:],
    "cut": ALICE.recipient[:-1],
    "a letter more": ALICE.recipient + "q",
    "space around": f" {ALICE.recipient}",
    "newline after": f"{ALICE.recipient}\n",
    "an identity": ALICE.secret,
    "another prefix": bech32.encode("agf", bytes(32)),
    "a letter outside the alphabet": ALICE.recipient[:-1] + "b",
}


@pytest.mark.parametrize("wrong", WRONG_RECIPIENTS.values(), ids=WRONG_RECIPIENTS.keys())
def test_what_is_no_recipient_is_refused(wrong: str) -> None:
    with pytest.raises(age.KeyFormatError):
        age.parse_recipient(wrong)
    with pytest.raises(age.KeyFormatError):
        age.encrypt(io.BytesIO(), [ALICE.recipient, wrong])


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        ALICE.secret.lower(),
        ALICE.secret[:-1],
        ALICE.secret[:-1].lower() + ALICE.secret[-1],
        ALICE.secret.replace("K", "\N{KELVIN SIGN}"),
        ALICE.recipient,
        ALICE.secret.replace("KEY-1", "KEY-PQ-1"),
    ],
    ids=["nothing", "small", "cut short", "mixed", "a Kelvin sign", "a recipient", "another kind"],
)
def test_what_is_no_identity_is_refused_without_repeating_it(wrong: str) -> None:
    sealed = age.seal_bytes(b"text", [ALICE.recipient])
    with pytest.raises(age.KeyFormatError) as refused:
        age.decrypt(io.BytesIO(sealed), [wrong])
    assert not wrong or wrong[20:40].lower() not in str(refused.value).lower()


def test_bech32m_and_padding_that_is_not_zero_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    checksum = bech32._checksum
    with monkeypatch.context() as changed:
        changed.setattr(bech32, "_checksum", lambda *given: checksum(*given) ^ 1 ^ 0x2BC830A3)
        bech32m = bech32.encode("age", bytes(32))
    with pytest.raises(ValueError, match="checksum"):
        bech32.decode("age", bech32m)
    with monkeypatch.context() as changed:
        letters = bech32._letters_of
        changed.setattr(
            bech32, "_letters_of", lambda number, count: letters(number | (count == 52), count)
        )
        padded = bech32.encode("age", bytes(32))
    with pytest.raises(ValueError, match="padding"):
        bech32.decode("age", padded)


def test_sealing_to_nobody_or_to_a_point_of_low_order_is_refused() -> None:
    for recipients in ([], [bech32.encode("age", bytes(32))]):
        file = io.BytesIO()
        with pytest.raises(age.KeyFormatError):
            age.encrypt(file, recipients)
        assert file.getvalue() == b""


def test_a_reader_begins_again_without_the_header_and_still_verifies_every_chunk() -> None:
    plain = os.urandom(3 * age.CHUNK + 5)
    sealed = bytearray(age.seal_bytes(plain, [ALICE.recipient]))
    opened = age.AgeReader(io.BytesIO(sealed), [ALICE.secret]).opened
    reader = age.AgeReader(io.BytesIO(sealed), [], again=opened)
    assert reader.size == len(plain)
    assert b"".join(reader.read_range(100, 200_000)) == plain[100:200_000]
    sealed[-1] ^= 1
    altered = age.AgeReader(io.BytesIO(sealed), [], again=opened)
    with pytest.raises(age.PayloadError):
        list(altered.read_range(0, len(plain)))
    cut = age.AgeReader(io.BytesIO(sealed[: -age.SEALED_CHUNK]), [], again=opened)
    with pytest.raises(age.PayloadError):
        list(cut.read_range(0, len(plain)))
