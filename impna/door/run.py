"""`./portal run`: the whole portal on this computer, until Ctrl-C."""

import hashlib
import http.client
import os
import signal
import socket
import sys
from pathlib import Path

from impna.door.children import Recipe, stoppable
from impna.door.instance import PORT, Instance, demo_mode, servers_up, var
from impna.door.place import ROOT, Lock, Place, open_place
from impna.door.scanner import LARGEST, MIB, Scanner
from impna.door.steps import django
from impna.door.told import Facts, Process, environment
from impna.door.trouble import StopRequested, Trouble

PORTS_TRIED = 100
CELERY = ("-A", "impna.celery:app")
THREADS = {"fast": 4, "intake": 2}


def run(words: list[str]) -> int:
    """Start everything, print the address, and wait for the end."""
    if words:
        raise Trouble(f"./portal run takes no arguments, but got {' '.join(words)}.")
    mode = demo_mode()
    place = open_place(var())
    lock = Lock(place)
    if not lock.take():
        facts = Facts.load(place.facts)
        where = f" at {facts.origin}" if facts else ""
        raise Trouble(
            f"The portal is already running{where} with its state in {place.var}. Use that one,"
            " stop it first, or set PORTAL_VAR to another folder for a second one."
        )
    with stoppable():
        try:
            with servers_up(place, lock) as instance:
                _serve(instance, mode)
        except StopRequested:
            print("Stopped.", flush=True)
    return 0


def _serve(instance: Instance, mode: str) -> None:
    place, supervisor = instance.place, instance.supervisor
    with _listen("PORTAL_PORT", PORT) as pages, _listen("", pages.getsockname()[1] + 1) as bytes_:
        facts = instance.facts(mode, pages.getsockname()[1], bytes_.getsockname()[1])
        _prepare(place, facts)
        application = [
            *(supervisor.start(_worker(place, facts, queue)) for queue in THREADS),
            supervisor.start(_beat(place, facts)),
            supervisor.start(_web(place, facts, "bytes", bytes_)),
            supervisor.start(_web(place, facts, "pages", pages)),
        ]
    try:
        supervisor.wait_until(
            lambda: all(_answers(origin) for origin in (facts.origin, facts.bytes_origin)),
            "The first page",
            60,
        )
        facts.save(place.facts)
        _greet(place, facts, instance.servers.scanner)
        supervisor.watch()
    finally:
        supervisor.ask(application)


def _prepare(place: Place, facts: Facts) -> None:
    django(place, facts, "migrate", "--noinput", "--verbosity=0")
    for step in ("prepare", "demo"):
        # Asking Django which commands there are would cost a second more at each start.
        if any(ROOT.glob(f"*/management/commands/{step}.py")):
            django(place, facts, step)
    stamp, digest = place.var / "static.stamp", _static_digest()
    if not stamp.exists() or stamp.read_text() != digest:
        django(place, facts, "collectstatic", "--noinput", "--clear", "--verbosity=0")
        stamp.write_text(digest)


def _static_digest() -> str:
    """Changes when our own files do, and when a package that brings some does."""
    digest = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    for path in sorted((ROOT / "static").rglob("*")):
        found = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _listen(setting: str, first: int) -> socket.socket:
    """A bound loopback socket: the port that `setting` asks for, else the next free from `first`.

    gunicorn gets the socket itself, so nobody can take the port in between.
    """
    told = os.environ.get(setting) if setting else None
    if told and not (told.isdecimal() and 0 < int(told) < 65536):
        raise Trouble(f"{setting} is {told!r}; it must be a port number such as {first}.")
    for port in [int(told)] if told else range(first, first + PORTS_TRIED):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(128)
        except OSError:
            listener.close()
        else:
            return listener
    if told:
        raise Trouble(f"Port {told} is not free. Set {setting} to another, or unset it.")
    raise Trouble(f"No port from {first} to {first + PORTS_TRIED - 1} is free. Set PORTAL_PORT.")


def _web(place: Place, facts: Facts, process: Process, listener: socket.socket) -> Recipe:
    command = [sys.executable, "-m", "gunicorn", "--config", "python:impna.gunicorn"]
    command += ["--bind", f"fd://{listener.fileno()}", "impna.wsgi:application"]
    return Recipe(
        process,
        command,
        environment(place, facts, process),
        ROOT,
        keep_open=(listener.fileno(),),
    )


def _worker(place: Place, facts: Facts, queue: str) -> Recipe:
    # Threads: hashing and sealing release the interpreter, and a killed worker leaves no children.
    command = [sys.executable, "-m", "celery", *CELERY, "worker", "-Q", queue, "-n", f"{queue}@%h"]
    command += ["--pool", "threads", "--concurrency", str(THREADS[queue])]
    command += ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    told = environment(place, facts, "worker")
    return Recipe(f"worker-{queue}", command, told, ROOT, orphaned=signal.SIGKILL)


def _beat(place: Place, facts: Facts) -> Recipe:
    command = [sys.executable, "-m", "celery", *CELERY, "beat", "--loglevel", "WARNING"]
    command += ["--schedule", str(place.var / "beat" / "schedule"), "--pidfile="]
    return Recipe("beat", command, environment(place, facts, "beat"), ROOT)


def _answers(origin: str) -> bool:
    host = origin.removeprefix("http://")
    connection = http.client.HTTPConnection("127.0.0.1", int(host.rsplit(":", 1)[1]), timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": host})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    if status >= http.client.INTERNAL_SERVER_ERROR:
        raise Trouble(f"{origin} answers with an error ({status}); see the logs in var/log.")
    return True


def _greet(place: Place, facts: Facts, scanner: Scanner | str) -> None:
    print(f"\n  {facts.origin}\n")
    accounts: Path = place.var / "demo-accounts.txt"
    if accounts.is_file():
        print(accounts.read_text(encoding="utf-8"))
    if isinstance(scanner, str):
        print(f"No virus scanner: {scanner}. Uploaded files will end 'not scanned (no scanner)'.")
    elif scanner.limit < LARGEST:
        print(
            f"Scratch memory is small ({place.scratch}): files above {scanner.limit // MIB} MiB"
            " will end 'not scanned (too large)'."
        )
    print("Ctrl-C stops everything; what was saved stays.", flush=True)
