import contextlib
import fcntl
import logging
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody import age, durable, keystore
from custody.keystore import (
    DirectoryKeyStore,
    InsecureKeyStore,
    KeyCorrupt,
    KeyErased,
    KeyMissing,
    KeyStore,
    KeyStoreError,
    KeyStoreUnusable,
    TextCipher,
    TextCorrupt,
)

MASTER, NEXT, STRANGE = b"o" * 32, b"n" * 32, b"s" * 32
NOWHERE = "0" * 32
WRONG_NAMES = [
    "",
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "0" * 31,
    "0" * 33,
    "0" * 32 + "\n",
    "0" * 31 + "/",
    "A" * 32,
    "0" * 31 + "\0",
    "\N{FULLWIDTH DIGIT ZERO}" * 32,
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "keys"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def store(root: Path) -> DirectoryKeyStore:
    return DirectoryKeyStore(root, MASTER)


@pytest.fixture
def master_file(tmp_path: Path) -> Path:
    path = tmp_path / "master"
    path.write_bytes(MASTER)
    path.chmod(0o600)
    return path


def contents(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


# Keys


def test_a_key_seals_and_opens_an_age_file(store: DirectoryKeyStore) -> None:
    compartment = store.create_compartment()
    key = store.new_key(compartment)
    sealed = age.seal_bytes(b"statement", [key.recipient])
    assert age.open_bytes(sealed, [store.identity(compartment, key.entry)]) == b"statement"


def test_each_key_is_another(store: DirectoryKeyStore) -> None:
    compartment = store.create_compartment()
    keys = [store.new_key(compartment) for _ in range(3)]
    assert len({key.recipient for key in keys}) == len({key.entry for key in keys}) == 3


def test_another_process_with_the_same_master_key_reads_the_keys(
    store: DirectoryKeyStore, root: Path
) -> None:
    compartment = store.create_compartment()
    key, sealed = store.new_key(compartment), store.text_cipher(compartment).seal(b"text", b"here")
    other = DirectoryKeyStore(str(root), MASTER)
    assert other.identity(compartment, key.entry) == store.identity(compartment, key.entry)
    assert other.text_cipher(compartment).open(sealed, b"here") == b"text"


def test_a_token_is_of_one_compartment_and_says_nothing(
    store: DirectoryKeyStore, root: Path
) -> None:
    one, two = store.create_compartment(), store.create_compartment()
    token = store.tokenizer(one).token("amina")
    assert len(token) == 16
    assert token == DirectoryKeyStore(root, MASTER).tokenizer(one).token("amina")
    assert token != store.tokenizer(two).token("amina")
    assert token != store.tokenizer(one).token("omar")
    store.rewrap_master(NEXT)
    assert token == store.tokenizer(one).token("amina")


def test_the_key_of_tokens_is_for_nothing_else(
    store: DirectoryKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived: list[bytes] = []
    real = keystore._derive

    def note(key: bytes, purpose: bytes) -> bytes:
        derived.append(purpose)
        return real(key, purpose)

    compartment = store.create_compartment()
    monkeypatch.setattr(keystore, "_derive", note)
    store.tokenizer(compartment)
    store.text_cipher(compartment)
    store.new_key(compartment)
    assert {b"tokens", b"texts", b"entries"} <= set(derived)


def test_directories_are_0700_and_files_0600_whatever_the_umask(
    store: DirectoryKeyStore, root: Path
) -> None:
    before = os.umask(0)
    try:
        compartment = store.create_compartment()
        key = store.new_key(compartment)
        store.new_key(compartment)
        store.destroy_key(compartment, key.entry)
        store.destroy_compartment(store.create_compartment())
        store.rewrap_master(NEXT)
    finally:
        os.umask(before)
    for path in root.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_no_secret_is_on_the_disk_in_clear(store: DirectoryKeyStore, root: Path) -> None:
    compartment = store.create_compartment()
    secret = store.identity(compartment, store.new_key(compartment).entry)
    raw = age.parse_identity(secret).private_bytes_raw()
    for content in contents(root).values():
        assert not any(clear in content for clear in (secret.encode(), raw, MASTER))


def test_no_secret_shows_in_what_python_prints(store: DirectoryKeyStore) -> None:
    compartment = store.create_compartment()
    key = store.new_key(compartment)
    shown = repr((store, vars(store), key, store.text_cipher(compartment)))
    assert repr(MASTER)[2:-1] not in shown
    assert store.identity(compartment, key.entry) not in shown


@pytest.mark.parametrize("name", WRONG_NAMES)
def test_a_name_that_could_leave_the_store_is_refused(
    store: DirectoryKeyStore, root: Path, name: str
) -> None:
    compartment = store.create_compartment()
    before = contents(root)
    for attempt in (
        lambda: store.new_key(name),
        lambda: store.identity(name, NOWHERE),
        lambda: store.identity(compartment, name),
        lambda: store.text_cipher(name),
        lambda: store.tokenizer(name),
        lambda: store.destroy_key(name, NOWHERE),
        lambda: store.destroy_key(compartment, name),
        lambda: store.destroy_compartment(name),
    ):
        with pytest.raises(ValueError, match="32 hexadecimal digits"):
            attempt()
    assert contents(root) == before


# Erased, lost, corrupt


def test_a_destroyed_key_is_erased_and_the_others_are_not(
    store: DirectoryKeyStore, root: Path
) -> None:
    compartment = store.create_compartment()
    gone, kept = store.new_key(compartment), store.new_key(compartment)
    store.destroy_key(compartment, gone.entry)
    with pytest.raises(KeyErased):
        store.identity(compartment, gone.entry)
    assert store.identity(compartment, kept.entry)
    assert not (root / compartment / f"{gone.entry}.key").exists()
    assert (root / compartment / f"{gone.entry}.erased").read_bytes() == b""


def test_a_lost_key_is_not_taken_for_an_erased_one(store: DirectoryKeyStore, root: Path) -> None:
    compartment = store.create_compartment()
    key = store.new_key(compartment)
    (root / compartment / f"{key.entry}.key").unlink()
    with pytest.raises(KeyMissing):
        store.identity(compartment, key.entry)
    with pytest.raises(KeyMissing):
        store.identity(compartment, NOWHERE)


def test_a_lost_compartment_is_not_taken_for_an_erased_one(
    store: DirectoryKeyStore, root: Path
) -> None:
    compartment = store.create_compartment()
    key = store.new_key(compartment)
    (root / compartment / "compartment.key").unlink()
    for name in (compartment, NOWHERE):
        for attempt in (
            store.new_key,
            store.text_cipher,
            store.tokenizer,
            lambda c: store.identity(c, key.entry),
        ):
            with pytest.raises(KeyMissing):
                attempt(name)


def test_a_store_that_is_not_there_is_no_lost_key(store: DirectoryKeyStore, root: Path) -> None:
    compartment = store.create_compartment()
    key = store.new_key(compartment)
    root.rename(root.with_name("unmounted"))
    for attempt in (
        lambda: store.identity(compartment, key.entry),
        lambda: store.text_cipher(compartment),
        lambda: store.tokenizer(compartment),
        lambda: store.new_key(compartment),
        lambda: store.destroy_key(compartment, key.entry),
        lambda: store.destroy_compartment(compartment),
        lambda: store.rewrap_master(NEXT),
        store.create_compartment,
        store.check,
    ):
        with pytest.raises(KeyStoreUnusable):
            attempt()


def test_destroying_twice_is_harmless(store: DirectoryKeyStore) -> None:
    compartment = store.create_compartment()
    key = store.new_key(compartment)
    for _ in range(2):
        store.destroy_key(compartment, key.entry)
    for _ in range(2):
        store.destroy_compartment(compartment)
    store.destroy_key(compartment, key.entry)
    with pytest.raises(KeyErased):
        store.identity(compartment, key.entry)


def test_a_destroyed_compartment_is_erased_whole(store: DirectoryKeyStore, root: Path) -> None:
    compartment, kept = store.create_compartment(), store.create_compartment()
    key, other = store.new_key(compartment), store.new_key(kept)
    store.destroy_compartment(compartment)
    for attempt in (
        store.new_key,
        store.text_cipher,
        store.tokenizer,
        lambda c: store.identity(c, key.entry),
    ):
        with pytest.raises(KeyErased):
            attempt(compartment)
    assert not (root / compartment).exists()
    assert store.identity(kept, other.entry)


def test_erasures_replayed_on_a_restored_store_hold(store: DirectoryKeyStore, root: Path) -> None:
    compartment, whole = store.create_compartment(), store.create_compartment()
    key, other = store.new_key(compartment), store.new_key(whole)
    backup = contents(root)
    store.destroy_key(compartment, key.entry)
    store.destroy_compartment(whole)
    for name, content in backup.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(content)
    for place, entry in ((compartment, key.entry), (whole, other.entry)):
        with pytest.raises(KeyErased):  # the marks were still there
            store.identity(place, entry)
    store.destroy_key(compartment, key.entry)
    store.destroy_compartment(whole)
    assert not (root / compartment / f"{key.entry}.key").exists()
    assert not (root / whole).exists()


def test_erasing_before_the_backup_is_back_still_erases(
    store: DirectoryKeyStore, root: Path
) -> None:
    store.destroy_key(NOWHERE, "1" * 32)
    store.destroy_compartment("2" * 32)
    with pytest.raises(KeyErased):
        store.identity(NOWHERE, "1" * 32)
    with pytest.raises(KeyMissing):
        store.identity(NOWHERE, "3" * 32)
    with pytest.raises(KeyErased):
        store.text_cipher("2" * 32)


def test_an_erasure_while_the_key_is_read_is_not_taken_for_a_loss(
    store: DirectoryKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    compartment = store.create_compartment()
    key = store.new_key(compartment)
    read = keystore._read

    def read_late(path: Path) -> bytes:
        if path.name == f"{key.entry}.key":
            store.destroy_key(compartment, key.entry)
        return read(path)

    monkeypatch.setattr(keystore, "_read", read_late)
    with pytest.raises(KeyErased):
        store.identity(compartment, key.entry)


def test_any_altered_byte_of_a_key_file_is_noticed(store: DirectoryKeyStore, root: Path) -> None:
    compartment = store.create_compartment()
    key = store.new_key(compartment)
    for file in (f"{key.entry}.key", "compartment.key"):
        path = root / compartment / file
        whole = path.read_bytes()
        altered = [whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :] for i in range(len(whole))]
        for content in [*altered, b"", whole[:5], whole[:-1], whole + b"\0"]:
            path.write_bytes(content)
            with pytest.raises(KeyCorrupt):
                store.identity(compartment, key.entry)
        path.write_bytes(whole)
    assert store.identity(compartment, key.entry)


def test_key_files_cannot_be_swapped(store: DirectoryKeyStore, root: Path) -> None:
    one, two = store.create_compartment(), store.create_compartment()
    first, second = store.new_key(one), store.new_key(one)
    moved = (root / one / f"{first.entry}.key").read_bytes()
    (root / one / f"{second.entry}.key").write_bytes(moved)
    (root / two / f"{first.entry}.key").write_bytes(moved)
    for compartment, entry in ((one, second.entry), (two, first.entry)):
        with pytest.raises(KeyCorrupt):
            store.identity(compartment, entry)
    (root / two / "compartment.key").write_bytes((root / one / "compartment.key").read_bytes())
    with pytest.raises(KeyCorrupt):
        store.text_cipher(two)


def test_another_master_key_opens_nothing(store: DirectoryKeyStore, root: Path) -> None:
    compartment = store.create_compartment()
    key = store.new_key(compartment)
    strange = DirectoryKeyStore(root, STRANGE)
    with pytest.raises(KeyCorrupt, match="not given"):
        strange.identity(compartment, key.entry)
    with pytest.raises(KeyCorrupt):
        strange.new_key(compartment)


# Texts


@given(st.binary(max_size=300), st.binary(max_size=40), st.binary(max_size=40))
def test_a_text_opens_only_in_its_own_context(text: bytes, context: bytes, other: bytes) -> None:
    cipher = TextCipher(MASTER)
    sealed = cipher.seal(text, context)
    assert cipher.open(sealed, context) == text
    assert sealed[:1] == b"\x01"
    assert len(sealed) == 1 + 12 + len(text) + 16
    if other != context:
        with pytest.raises(TextCorrupt):
            cipher.open(sealed, other)


def test_a_text_opens_only_in_its_own_compartment(store: DirectoryKeyStore) -> None:
    one, two = (store.text_cipher(store.create_compartment()) for _ in range(2))
    with pytest.raises(TextCorrupt):
        two.open(one.seal(b"text", b"here"), b"here")


def test_any_altered_byte_of_a_sealed_text_is_noticed() -> None:
    cipher = TextCipher(MASTER)
    sealed = cipher.seal(b"text", b"here")
    altered = [sealed[:i] + bytes([sealed[i] ^ 1]) + sealed[i + 1 :] for i in range(len(sealed))]
    for wrong in [*altered, *(sealed[:i] for i in range(len(sealed))), sealed + b"\0"]:
        with pytest.raises(TextCorrupt):
            cipher.open(wrong, b"here")


def test_the_same_text_is_never_sealed_the_same_way() -> None:
    cipher = TextCipher(MASTER)
    assert cipher.seal(b"text", b"here") != cipher.seal(b"text", b"here")


# Rotation of the master key


def test_a_rotation_leaves_every_key_readable_with_the_new_master_key_alone(
    store: DirectoryKeyStore, root: Path
) -> None:
    places = [(c, store.new_key(c).entry) for c in (store.create_compartment() for _ in range(3))]
    secrets = [store.identity(*place) for place in places]
    assert store.rewrap_master(NEXT) == 3
    assert store.rewrap_master(NEXT) == 0
    assert [store.identity(*place) for place in places] == secrets
    assert [DirectoryKeyStore(root, NEXT).identity(*place) for place in places] == secrets
    with pytest.raises(KeyCorrupt):
        DirectoryKeyStore(root, MASTER).identity(*places[0])


def test_during_a_rotation_both_master_keys_read(store: DirectoryKeyStore, root: Path) -> None:
    before = store.create_compartment()
    both = DirectoryKeyStore(root, NEXT, earlier=[MASTER])
    after = both.create_compartment()
    assert both.new_key(before)
    assert both.new_key(after)
    late = store.create_compartment()  # a process that still runs with the old key
    assert both.rewrap_master(NEXT) == 2
    alone = DirectoryKeyStore(root, NEXT)
    for compartment in (before, after, late):
        alone.text_cipher(compartment)


def test_a_rotation_names_what_it_cannot_open_after_doing_the_rest(
    store: DirectoryKeyStore, root: Path
) -> None:
    ours = [store.create_compartment() for _ in range(2)]
    theirs = DirectoryKeyStore(root, STRANGE).create_compartment()
    (root / "not a compartment").mkdir()
    with pytest.raises(KeyCorrupt, match=theirs):
        store.rewrap_master(NEXT)
    for compartment in ours:
        DirectoryKeyStore(root, NEXT).text_cipher(compartment)
    DirectoryKeyStore(root, STRANGE).text_cipher(theirs)


def test_a_rotation_does_not_bring_back_a_compartment_destroyed_meanwhile(
    store: DirectoryKeyStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compartment = store.create_compartment()
    lock = fcntl.flock

    def destroy_first(descriptor: int, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        DirectoryKeyStore(root, MASTER).destroy_compartment(compartment)
        lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", destroy_first)
    assert store.rewrap_master(NEXT) == 0
    assert not (root / compartment).exists()
    with pytest.raises(KeyErased):
        store.text_cipher(compartment)


def test_destroying_what_is_destroyed_meanwhile_is_harmless(
    store: DirectoryKeyStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = fcntl.flock
    for change in (lambda c: store.destroy_key(c, NOWHERE), store.destroy_compartment):
        compartment = store.create_compartment()

        def destroy_first(descriptor: int, operation: int, compartment: str = compartment) -> None:
            monkeypatch.setattr(fcntl, "flock", lock)
            DirectoryKeyStore(root, MASTER).destroy_compartment(compartment)
            lock(descriptor, operation)

        monkeypatch.setattr(fcntl, "flock", destroy_first)
        change(compartment)
        assert not (root / compartment).exists()
        with pytest.raises(KeyErased):
            store.new_key(compartment)


def test_a_change_waits_for_the_lock_of_its_compartment(
    store: DirectoryKeyStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compartment = store.create_compartment()
    holder = os.open(root / compartment, os.O_RDONLY)
    lock = fcntl.flock

    def do_not_wait(descriptor: int, operation: int) -> None:
        lock(descriptor, operation | fcntl.LOCK_NB)

    monkeypatch.setattr(fcntl, "flock", do_not_wait)
    lock(holder, fcntl.LOCK_EX)
    try:
        for change in (
            lambda: store.new_key(compartment),
            lambda: store.destroy_key(compartment, NOWHERE),
            lambda: store.rewrap_master(NEXT),
            lambda: store.destroy_compartment(compartment),
        ):
            with pytest.raises(KeyStoreUnusable):
                change()
    finally:
        os.close(holder)


# Crashes


def killed_at_every_step(change: str, folder: Path) -> Iterator[tuple[Path, list[str]]]:
    script = Path(__file__).with_name("crash_each_step.py")
    subprocess.run([sys.executable, script, change, folder], check=True)
    runs = sorted(folder.iterdir(), key=lambda run: int(run.name))
    assert len(runs) > 5
    for run in runs:
        yield run / "store", (run / "names").read_text().split("\n")


def works(store: DirectoryKeyStore, *places: tuple[str, str]) -> bool:
    store.check()
    return all(store.identity(*place) for place in places) and bool(store.create_compartment())


def test_a_crash_while_a_compartment_is_made_harms_no_other(tmp_path: Path) -> None:
    for root, (one, a, b, two, c) in killed_at_every_step("create_compartment", tmp_path):
        assert works(DirectoryKeyStore(root, MASTER), (one, a), (one, b), (two, c))


def test_a_crash_while_a_key_is_made_leaves_no_half_key(tmp_path: Path) -> None:
    for root, (one, a, b, two, c) in killed_at_every_step("new_key", tmp_path):
        store = DirectoryKeyStore(root, MASTER)
        assert works(store, (one, a), (one, b), (two, c))
        for path in (root / one).glob("*.key"):
            assert path.stem == "compartment" or store.identity(one, path.stem)


def test_a_crash_while_a_key_is_destroyed_leaves_it_whole_or_erased(tmp_path: Path) -> None:
    for root, (one, a, b, two, c) in killed_at_every_step("destroy_key", tmp_path):
        store = DirectoryKeyStore(root, MASTER)
        with contextlib.suppress(KeyErased):
            assert store.identity(one, a)
        store.destroy_key(one, a)
        with pytest.raises(KeyErased):
            store.identity(one, a)
        assert not (root / one / f"{a}.key").exists()
        assert works(store, (one, b), (two, c))


def test_a_crash_while_a_compartment_is_destroyed_leaves_it_whole_or_erased(
    tmp_path: Path,
) -> None:
    for root, (one, a, b, two, c) in killed_at_every_step("destroy_compartment", tmp_path):
        store = DirectoryKeyStore(root, MASTER)
        outcomes = set()
        for entry in (a, b):
            try:
                outcomes.add(bool(store.identity(one, entry)))
            except KeyErased:
                outcomes.add(False)
        assert len(outcomes) == 1
        store.destroy_compartment(one)
        assert not (root / one).exists()
        with pytest.raises(KeyErased):
            store.identity(one, a)
        assert works(store, (two, c))


def test_a_crash_in_a_rotation_leaves_every_key_readable_and_the_next_call_ends_it(
    tmp_path: Path,
) -> None:
    for root, (one, a, b, two, c) in killed_at_every_step("rewrap_master", tmp_path):
        both = DirectoryKeyStore(root, NEXT, earlier=[MASTER])
        assert both.identity(one, a)
        assert both.identity(two, c)
        both.rewrap_master(NEXT)
        assert both.rewrap_master(NEXT) == 0
        assert works(DirectoryKeyStore(root, NEXT), (one, a), (one, b), (two, c))
        assert not list(root.rglob(f"*{durable.DRAFT}"))


def test_what_is_acknowledged_was_synced_first(
    store: DirectoryKeyStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def record(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append("draft" if path.suffix == durable.DRAFT else str(path))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    compartment = store.create_compartment()
    home = str(root / compartment)
    assert synced == ["draft", home, str(root)]
    synced.clear()
    key = store.new_key(compartment)
    assert synced == ["draft", home]
    synced.clear()
    store.rewrap_master(NEXT)
    assert synced == ["draft", home]
    synced.clear()
    store.destroy_key(compartment, key.entry)
    assert synced == [str(root), home, home]
    synced.clear()
    store.destroy_compartment(compartment)
    assert synced == [str(root), home, str(root)]


def test_a_disk_that_fails_leaves_no_draft(
    store: DirectoryKeyStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compartment = store.create_compartment()
    before = contents(root)

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fail)
        with pytest.raises(KeyStoreUnusable, match="No space left on device"):
            store.new_key(compartment)
    assert contents(root) == before


# Health and set-up


def test_a_healthy_store_passes_its_check_and_keeps_nothing_of_it(
    store: DirectoryKeyStore, root: Path
) -> None:
    store.check()
    assert contents(root) == {}


def test_the_check_refuses_a_directory_others_may_enter(
    store: DirectoryKeyStore, root: Path
) -> None:
    root.chmod(0o750)
    with pytest.raises(KeyStoreUnusable, match="chmod 700"):
        store.check()


def test_the_check_refuses_a_disk_that_forgets(
    store: DirectoryKeyStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"")
    with pytest.raises(KeyStoreUnusable, match="give back"):
        store.check()
    monkeypatch.undo()
    assert contents(root) == {}


def test_the_check_refuses_what_is_no_directory(tmp_path: Path) -> None:
    for root in (tmp_path / "nowhere", tmp_path / "file"):
        (tmp_path / "file").touch()
        with pytest.raises(KeyStoreUnusable, match="cannot be used"):
            DirectoryKeyStore(root, MASTER).check()


def test_the_master_key_is_read_from_its_file(root: Path, master_file: Path) -> None:
    store = DirectoryKeyStore.from_file(root, master_file)
    compartment = store.create_compartment()
    DirectoryKeyStore(root, MASTER).text_cipher(compartment)
    rotated = master_file.with_name("next")
    rotated.write_bytes(NEXT)
    rotated.chmod(0o400)
    both = DirectoryKeyStore.from_file(str(root), str(rotated), earlier_files=[str(master_file)])
    both.text_cipher(compartment)


@pytest.mark.parametrize("content", [b"", b"o" * 31, b"o" * 33, b"6f" * 32, b"o" * 32 + b"\n"])
def test_a_master_key_of_another_length_is_refused(
    root: Path, master_file: Path, content: bytes
) -> None:
    master_file.write_bytes(content)
    with pytest.raises(KeyStoreUnusable, match=r"32 bytes.*PORTAL_MASTER_KEY_FILE"):
        DirectoryKeyStore.from_file(root, master_file)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o620, 0o610])
def test_a_master_key_that_others_may_use_is_refused(
    root: Path, master_file: Path, mode: int
) -> None:
    master_file.chmod(mode)
    with pytest.raises(KeyStoreUnusable, match=r"PORTAL_MASTER_KEY_FILE.*chmod 600"):
        DirectoryKeyStore.from_file(root, master_file)


def test_a_master_key_that_is_not_there_is_refused_with_how_to_make_one(
    root: Path, tmp_path: Path
) -> None:
    for path in (None, "", tmp_path / "nowhere", tmp_path):
        with pytest.raises(KeyStoreUnusable, match=r"openssl rand.*name it in KEY_SETTING"):
            DirectoryKeyStore.from_file(root, path, setting="KEY_SETTING")


def test_a_master_key_is_exactly_32_bytes(root: Path, store: DirectoryKeyStore) -> None:
    for key in (b"", b"o" * 31, b"o" * 33):
        with pytest.raises(KeyStoreUnusable):
            DirectoryKeyStore(root, key)
        with pytest.raises(KeyStoreUnusable):
            store.rewrap_master(key)


def test_the_insecure_store_warns_and_keeps_its_master_key_beside_the_keys(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = tmp_path / "var" / "keys"
    with caplog.at_level(logging.WARNING):
        store = InsecureKeyStore(root)
    assert "master key lies beside the keys" in caplog.text
    store.check()
    compartment = store.create_compartment()
    key = store.new_key(compartment)
    assert InsecureKeyStore(str(root)).identity(compartment, key.entry)
    assert sorted(path.name for path in root.iterdir()) == sorted(
        [compartment, "insecure-master.key"]
    )
    assert stat.S_IMODE((root / "insecure-master.key").stat().st_mode) == 0o600


def test_two_insecure_stores_that_start_at_once_agree_on_the_master_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, stores = durable.write_whole, []

    def lose_the_race(path: Path, content: bytes) -> None:
        monkeypatch.setattr(durable, "write_whole", write)
        stores.append(InsecureKeyStore(tmp_path))
        write(path, content)

    monkeypatch.setattr(durable, "write_whole", lose_the_race)
    stores.append(InsecureKeyStore(tmp_path))
    compartment = stores[0].create_compartment()
    assert stores[1].text_cipher(compartment)
    assert len(list(tmp_path.iterdir())) == 2


def test_each_store_is_a_key_store_and_each_refusal_a_key_store_error(tmp_path: Path) -> None:
    stores: list[KeyStore] = [DirectoryKeyStore(tmp_path, MASTER), InsecureKeyStore(tmp_path)]
    for store in stores:
        for error in (KeyErased, KeyMissing, KeyCorrupt, TextCorrupt, KeyStoreUnusable):
            assert issubclass(error, KeyStoreError)
        compartment = store.create_compartment()
        assert store.identity(compartment, store.new_key(compartment).entry)
