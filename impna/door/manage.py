"""`./portal manage …`: Django's commands, with the servers of the running portal or their own."""

import signal
import sys
import time

from impna.door.children import stoppable
from impna.door.foreground import foreground
from impna.door.instance import PORT, demo_mode, servers_up, var
from impna.door.place import ROOT, Lock, Place, open_place
from impna.door.steps import OWNERS
from impna.door.told import Facts, environment
from impna.door.trouble import StopRequested, Trouble

PATIENCE = 60.0


def manage(words: list[str]) -> int:
    """Run one Django command and return its exit status."""
    mode = demo_mode()
    place = open_place(var())
    lock = Lock(place)
    facts = _join(place, lock)
    if facts is not None:
        return _django(place, facts, words)
    with stoppable():
        try:
            with servers_up(place, lock, scan=False) as instance:
                return _django(place, instance.facts(mode, PORT, PORT + 1), words)
        except StopRequested:
            return 128 + signal.SIGINT


def _join(place: Place, lock: Lock) -> Facts | None:
    """The facts of the running portal; None when the lock is ours and nothing runs."""
    deadline = time.monotonic() + PATIENCE
    while not lock.take():
        facts = Facts.load(place.facts)
        if facts is not None:
            return facts
        if time.monotonic() > deadline:
            raise Trouble(
                f"Another ./portal has been busy in {place.var} for {PATIENCE:.0f} seconds without"
                " being up. Wait for it or stop it, then try again."
            )
        time.sleep(0.2)
    return None


def _django(place: Place, facts: Facts, words: list[str]) -> int:
    owner = bool(words) and words[0] in OWNERS
    told = environment(place, facts, "manage", owner=owner)
    return foreground([sys.executable, ROOT / "manage.py", *words], told)
