import os
import resource
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from custody import age, durable
from custody.filestore import FileMissing, FileStore, FileStoreError, LocalFileStore

NOWHERE = "0" * 32


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "store"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def store(root: Path) -> LocalFileStore:
    return LocalFileStore(root)


def kept(store: FileStore, content: bytes) -> str:
    with store.create() as file:
        file.write(content)
    return file.name


def files_under(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_a_kept_file_reads_back_and_can_be_sought(store: LocalFileStore) -> None:
    name = kept(store, b"0123456789")
    with store.open(name) as file:
        assert file.seekable()
        assert file.read() == b"0123456789"
        file.seek(4)
        assert file.read(2) == b"45"
    assert store.size(name) == 10


def test_a_file_takes_any_sizes_of_writes(store: LocalFileStore) -> None:
    with store.create() as file:
        assert [file.write(part) for part in (b"", b"a" * 3_000_000, bytearray(b"b"))] == [
            0,
            3_000_000,
            1,
        ]
        file.write(memoryview(b"xcx")[1:2])
    with store.open(file.name) as stored:
        assert stored.read() == b"a" * 3_000_000 + b"bc"


def test_an_age_file_goes_in_and_ranges_come_out(store: LocalFileStore) -> None:
    key, plain = age.generate_identity(), os.urandom(200_000)
    with store.create() as file, age.encrypt(file, [key.recipient]) as sealed:
        sealed.write(plain)
    with store.open(file.name) as stored:
        reader = age.AgeReader(stored, [key.secret])
        assert b"".join(reader.read_range(65_000, 140_000)) == plain[65_000:140_000]


def test_names_are_random_and_files_are_spread_by_them(store: LocalFileStore, root: Path) -> None:
    names = {kept(store, b"same") for _ in range(20)}
    assert len(names) == 20
    for name in names:
        assert (root / name[:2] / name).is_file()


def test_a_kept_file_is_read_only_and_its_directories_private(
    store: LocalFileStore, root: Path
) -> None:
    before = os.umask(0)
    try:
        kept(store, b"sealed")
        with store.create() as file:
            partial = root / "partial" / file.name
            assert stat.S_IMODE(partial.stat().st_mode) == 0o600
    finally:
        os.umask(before)
    for path in root.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o400)


def test_a_file_is_not_in_the_store_before_it_is_whole(store: LocalFileStore) -> None:
    with store.create() as file:
        file.write(b"half")
        with pytest.raises(FileMissing):
            store.open(file.name)
        with pytest.raises(FileMissing):
            store.size(file.name)
    assert store.size(file.name) == 4


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_an_error_while_writing_leaves_nothing(
    store: LocalFileStore, root: Path, error: type[BaseException]
) -> None:
    with pytest.raises(error), store.create() as file:
        file.write(b"half")
        raise error
    assert files_under(root) == []


@pytest.mark.parametrize("step", ["fsync", "fchmod", "link"])
def test_a_disk_that_fails_leaves_nothing_and_says_so(
    store: LocalFileStore, root: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", "/secret/path")

    kept(store, b"before")
    with monkeypatch.context() as broken:
        broken.setattr(os, step, fail)
        with pytest.raises(FileStoreError, match="No space left on device") as refused:
            kept(store, b"after")
    assert "path" not in str(refused.value)
    assert len(files_under(root)) == 1


def test_a_disk_that_is_full_while_writing_leaves_nothing(
    store: LocalFileStore, root: Path
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        with pytest.raises(FileStoreError, match="cannot take more"):
            kept(store, bytes(2 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files_under(root) == []


def test_what_is_acknowledged_was_synced_first(
    store: LocalFileStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []
    fsync = os.fsync

    def record(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    name = kept(store, b"first")
    home = root / name[:2]
    assert synced == [str(root / "partial" / name), str(root), str(home)]
    synced.clear()
    store.delete(name)
    assert synced == [str(home)]


def test_create_never_replaces_a_file(
    store: LocalFileStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = kept(store, b"first")
    monkeypatch.setattr("custody.filestore.secrets.token_hex", lambda _: name)
    with pytest.raises(FileStoreError, match="exists"):
        kept(store, b"second")
    with store.open(name) as file:
        assert file.read() == b"first"
    assert files_under(root) == [name]


def test_two_writers_do_not_meet(store: LocalFileStore) -> None:
    with store.create() as one, store.create() as two:
        one.write(b"one")
        two.write(b"two")
    with store.open(one.name) as first, store.open(two.name) as second:
        assert (first.read(), second.read()) == (b"one", b"two")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../../etc/passwd",
        "/etc/passwd",
        "partial",
        "0" * 31,
        "0" * 33,
        "0" * 32 + "\n",
        "../" + "0" * 29,
        "A" * 32,
        "0" * 31 + "\0",
    ],
)
def test_a_name_that_could_leave_the_store_is_refused(store: LocalFileStore, name: str) -> None:
    for attempt in (store.open, store.size, store.delete):
        with pytest.raises(ValueError, match="32 hexadecimal digits"):
            attempt(name)


def test_a_missing_file_is_named_as_such_without_a_path(store: LocalFileStore, root: Path) -> None:
    for attempt in (store.open, store.size):
        with pytest.raises(FileMissing) as refused:
            attempt(NOWHERE)
        assert str(root) not in str(refused.value)


def test_a_deleted_file_is_gone_and_deleting_again_is_harmless(store: LocalFileStore) -> None:
    name, other = kept(store, b"segment"), kept(store, b"original")
    for _ in range(2):
        store.delete(name)
    store.delete(NOWHERE)
    with pytest.raises(FileMissing):
        store.open(name)
    assert store.size(other) == 8


def test_a_file_that_is_open_can_be_read_to_its_end_after_it_is_deleted(
    store: LocalFileStore,
) -> None:
    name = kept(store, b"segment")
    with store.open(name) as file:
        store.delete(name)
        assert file.read() == b"segment"


def test_free_bytes_are_those_of_the_disk(store: LocalFileStore, root: Path) -> None:
    disk = os.statvfs(root)
    assert 0 < store.free_bytes() <= disk.f_blocks * disk.f_frsize


def test_a_store_that_is_not_there_refuses_everything(tmp_path: Path) -> None:
    store = LocalFileStore(tmp_path / "unmounted")
    attempts: list[Callable[[], object]] = [
        lambda: kept(store, b"text"),
        lambda: store.open(NOWHERE),
        store.free_bytes,
        lambda: store.sweep_partial(0),
    ]
    for attempt in attempts:
        with pytest.raises(FileStoreError):
            attempt()
    assert list(tmp_path.iterdir()) == []


def abandoned(root: Path, name: str, modified: float) -> Path:
    path = root / "partial" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"half")
    os.utime(path, (modified, modified))
    return path


def test_a_sweep_removes_old_partial_files_and_only_those(
    store: LocalFileStore, root: Path
) -> None:
    whole = kept(store, b"whole")
    old, new = abandoned(root, "1" * 32, 1_000), abandoned(root, "2" * 32, 9_000)
    assert store.sweep_partial(3_600, now=10_000) == 1
    assert not old.exists()
    assert new.exists()
    assert store.sweep_partial(3_600) == 1
    assert store.size(whole) == 5
    assert store.sweep_partial(0) == 0


def test_a_sweep_leaves_a_slow_writer_alone(store: LocalFileStore, root: Path) -> None:
    with store.create() as file:
        file.write(b"slow")
        os.utime(root / "partial" / file.name, (0, 0))
        assert store.sweep_partial(60) == 0
    assert store.size(file.name) == 4


def test_a_sweep_of_a_new_store_finds_nothing(store: LocalFileStore) -> None:
    assert store.sweep_partial(0) == 0


def test_a_crash_leaves_a_file_whole_or_not_at_all_and_the_sweep_clears_the_rest(
    tmp_path: Path,
) -> None:
    script = Path(__file__).with_name("crash_each_step.py")
    subprocess.run([sys.executable, script, "create", tmp_path], check=True)
    runs = list(tmp_path.iterdir())
    assert len(runs) > 5
    for run in runs:
        store, before = LocalFileStore(run / "store"), (run / "names").read_text()
        assert store.size(before) == 4
        for path in (run / "store").glob("??/*"):
            assert path.name == before or path.read_bytes() == b"whole" * 1000
        store.sweep_partial(-60)
        assert list((run / "store" / "partial").iterdir()) == []
        assert len(kept(store, b"next")) == 32


def test_a_file_written_whole_replaces_the_old_one_at_once(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"old", b"new"):
        durable.write_whole(path, content)
        assert path.read_bytes() == content
    assert files_under(tmp_path) == ["file"]
