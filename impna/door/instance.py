"""One place with its servers up, for as long as a command needs them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from impna.door import servers
from impna.door.children import Supervisor
from impna.door.place import ROOT, Lock, Place, open_place
from impna.door.scanner import Scanner
from impna.door.told import Facts
from impna.door.trouble import Trouble

PORT = 8000


@dataclass
class Instance:
    """A place, what runs there, and the servers' addresses."""

    place: Place
    supervisor: Supervisor
    servers: servers.Servers

    def facts(self, mode: str, port: int, bytes_port: int) -> Facts:
        """What the processes are told, when pages and bytes are on these ports."""
        scanner = self.servers.scanner
        scans = isinstance(scanner, Scanner)
        return Facts(
            mode=mode,
            owner_url=self.servers.owner_url,
            app_url=self.servers.app_url,
            worker_url=self.servers.worker_url,
            redis_url=self.servers.redis_url,
            origin=f"http://localhost:{port}",
            bytes_origin=f"http://localhost:{bytes_port}",
            clamd_socket=str(scanner.socket) if isinstance(scanner, Scanner) else "",
            scan_limit=scanner.limit if isinstance(scanner, Scanner) and scans else 0,
        )


def var() -> Path:
    """The folder of the portal's state: PORTAL_VAR, else var/ in the checkout."""
    return Path(os.environ.get("PORTAL_VAR") or ROOT / "var").absolute()


def demo_mode() -> str:
    """The mode of `run` and `manage`; both are for this computer, so only demo will do."""
    mode = os.environ.get("PORTAL_MODE") or "demo"
    if mode != "demo":
        raise Trouble(
            f"PORTAL_MODE is {mode!r}, but ./portal run and ./portal manage work in demo mode only:"
            " unset it. Production is docker-compose.yml; tests are ./portal test."
        )
    return mode


@contextmanager
def servers_up(
    place: Place, lock: Lock, *, durable: bool = True, scan: bool = True
) -> Iterator[Instance]:
    """Start the servers of a place whose lock is taken; at the end stop all and clean up."""
    supervisor = Supervisor(place.logs)
    _empty(place.scratch)
    place.facts.unlink(missing_ok=True)
    try:
        started = servers.start(place, supervisor, durable=durable, scan=scan)
        yield Instance(place, supervisor, started)
    finally:
        supervisor.stop()
        place.leave()
        lock.release()


@contextmanager
def throwaway(*, durable: bool = False) -> Iterator[Instance]:
    """Servers in a temporary place that forgets everything at the end.

    `durable` ones write to disk as those of `run` do, below the folder of the portal's state: the
    usual temporary folder may be memory.
    """
    if durable:
        var().mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="impna-var-", dir=var() if durable else None))
    try:
        place = open_place(folder)
        lock = Lock(place)
        lock.take()
        with servers_up(place, lock, durable=durable, scan=False) as instance:
            yield instance
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _empty(folder: Path) -> None:
    """What a killed instance left in scratch memory goes before anything new comes."""
    for left in folder.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink()
