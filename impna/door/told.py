"""What each process is told: the environment contract of `impna.environment`, in one place."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from impna.door.place import Place
from impna.door.trouble import Trouble

Process = Literal["pages", "bytes", "worker", "beat", "manage"]

# Of the caller's environment only these reach Django; what a process needs is said explicitly.
PASSED_ON = (
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TERM",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
)
FORWARDED = (
    "PORTAL_MAIL_URL",
    "PORTAL_MAIL_FROM",
    "PORTAL_PARTNER_QUOTA",
    "PORTAL_PAUSE_DAYS",
    "PORTAL_SECRETARIAT_VIEWS",
    "PORTAL_WEB_WORKERS",
    "IMPNA_SHARED_DATA",
)
DATABASE_SETTINGS = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_WORKER_URL")


@dataclass(frozen=True)
class Facts:
    """How to reach the servers and the portal. Holds passwords: kept in 0600 files only."""

    mode: str
    owner_url: str
    app_url: str
    worker_url: str
    redis_url: str
    origin: str
    bytes_origin: str
    clamd_socket: str = ""
    scan_limit: int = 0

    def save(self, path: Path) -> None:
        """Write for the commands that join later."""
        new = path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(self), file)
        new.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Facts | None":
        """What a running `./portal run` wrote, or None."""
        try:
            return cls(**json.loads(path.read_text()))
        except (FileNotFoundError, json.JSONDecodeError, TypeError):
            return None


def socket_url(role: str, password: str, folder: Path, database: str) -> str:
    """A PostgreSQL address over a Unix socket."""
    return (
        f"postgresql://{role}:{quote(password)}@/{database}?host={quote(str(folder), '')}&port=5432"
    )


def plain(**more: str) -> dict[str, str]:
    """An environment for servers that are not ours: no secret, no language, no setting."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", **more}


def environment(
    place: Place, facts: Facts, process: Process, *, owner: bool = False
) -> dict[str, str]:
    """The environment of one Django process; `owner` gives the database role that migrates."""
    database = facts.app_url
    if process in ("worker", "beat"):
        database = facts.worker_url
    told = {
        "DJANGO_SETTINGS_MODULE": "impna.settings",
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(place.scratch),
        "PORTAL_MAIL_URL": "memory:",
        "PORTAL_MODE": facts.mode,
        "PORTAL_PROCESS": process,
        "PORTAL_ORIGIN": facts.origin,
        "PORTAL_BYTES_ORIGIN": facts.bytes_origin,
        "PORTAL_VAR": str(place.var),
        "PORTAL_STORE_DIR": str(place.store),
        "PORTAL_KEYS_DIR": str(place.keys),
        "PORTAL_SCRATCH_DIR": str(place.scratch),
        "PORTAL_SECRET_FILE": str(place.secret("secret-key")),
        "PORTAL_MASTER_KEY_FILE": str(place.key("master.key")),
        "PORTAL_CLAMD_SOCKET": facts.clamd_socket,
        "PORTAL_SCAN_LIMIT": str(facts.scan_limit),
        "DATABASE_URL": facts.owner_url if owner else database,
        "REDIS_URL": facts.redis_url,
    }
    if owner:
        told["DATABASE_OWNER_URL"] = facts.owner_url
    if facts.mode == "demo" and process == "manage":
        # The demonstration has files examined and dates kept, which only the worker's role may.
        told["DATABASE_WORKER_URL"] = facts.worker_url
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    forwarded = {name: os.environ[name] for name in FORWARDED if os.environ.get(name)}
    return kept | told | forwarded


def outside_databases(given: Mapping[str, str] = os.environ) -> tuple[str, str, str] | None:
    """Owner's, application's and worker's address of a real server, if the environment names it."""
    found = {name: given.get(name, "") for name in DATABASE_SETTINGS}
    missing = [name for name, value in found.items() if not value]
    if len(missing) == len(found):
        return None
    if missing:
        raise Trouble(
            f"A PostgreSQL server of your own needs three addresses, one for each role:"
            f" {', '.join(missing)} is not set. Set it, or unset the others to use our own server."
        )
    return found["DATABASE_OWNER_URL"], found["DATABASE_URL"], found["DATABASE_WORKER_URL"]
