"""A probe that does what the file tells it to: what a parser taken over by a file could do.

The numbers are those the helper gives every child: 3 the file, 4 its lines, 5 its thumbnail.
"""

import ctypes
import json
import os
import signal
import socket
from pathlib import Path
from typing import BinaryIO

from custody.intake.probing import Found, Job

PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run", str(Path(__file__).parent), ".", "/")


def probe(file: BinaryIO, job: Job) -> Found | None:
    words = file.read(200).split()
    if words[:1] != [b"do"]:
        return Found({"read": len(words)})
    found: Found | None = globals()[f"do_{words[1].decode()}"](
        *(word.decode() for word in words[2:])
    )
    return found


def do_allocate() -> Found:
    return Found({"size": len(bytearray(10 * 1024**3))})


def do_loop() -> None:
    while True:
        pass


def do_hang() -> None:
    while True:
        signal.pause()


def do_fork() -> Found:
    for _ in range(1000):
        if os.fork() == 0:
            signal.pause()
    return Found({"forked": 1000})


def do_run() -> Found:
    os.execv("/bin/sh", ["/bin/sh", "-c", "true"])  # noqa: S606
    return Found()


def do_write_much() -> Found:
    """Into the one file it has."""
    written = 0
    while written < 1024**3:
        written += os.write(3, bytes(1 << 20))
    return Found({"written": written})


def do_write_anywhere(canary: str, *places: str) -> Found:
    """Every place it could write to, by name."""
    done: list[str] = []
    for place in (*PLACES, *places):
        try:
            Path(place, canary).write_text(canary)
            done.append(place)
        except OSError:
            pass
        try:
            os.mkdir(Path(place, f"{canary}.d"))  # noqa: PTH102
            done.append(place)
        except OSError:
            pass
    return Found({"tried": len(places) + len(PLACES), "done": [*done]})


def do_open_something() -> Found:
    done: list[str] = []
    for name, opens in (
        ("memory", lambda: os.memfd_create("x")),
        ("pipe", os.pipe),
        ("socket", lambda: socket.socket(socket.AF_UNIX)),
        ("copy", lambda: os.dup(3)),
    ):
        try:
            opens()
            done.append(name)
        except OSError:
            pass
    return Found({"done": [*done]})


def do_read_anywhere(*places: str) -> Found:
    done: list[str] = []
    for place in ("/etc/passwd", "/proc/self/environ", "/proc/1/environ", __file__, *places):
        try:
            Path(place).read_bytes()
            done.append(place)
        except OSError:
            pass
    return Found({"done": [*done], "environment": len(os.environ)})


def do_look_around() -> Found:
    """What a child holds: descriptors, account, session, limits of the kernel."""
    held = []
    for handle in range(256):
        try:
            os.fstat(handle)
            held.append(handle)
        except OSError:
            pass
    return Found(
        {"held": [*held], "account": os.geteuid(), "leads": int(os.getsid(0) == os.getpid())}
    )


def do_connect(port: str, path: str) -> Found:
    done: list[str] = []
    for family, address in (
        (socket.AF_INET, ("127.0.0.1", int(port))),
        (socket.AF_UNIX, path),
        (socket.AF_UNIX, "\0" + path),
    ):
        try:
            with socket.socket(family) as client:
                client.connect(address)
            done.append(str(address[0]))
        except OSError:
            pass
    return Found({"done": [*done]})


def do_kill(number: str) -> Found:
    done = []
    for target in (int(number), os.getppid(), 1, -1):
        try:
            os.kill(target, signal.SIGTERM)
            done.append(target)
        except OSError:
            pass
    return Found({"done": [*done]})


def do_crash() -> None:
    ctypes.string_at(0)


def do_leave() -> None:
    os._exit(7)


def do_leave_quietly() -> None:
    os._exit(0)


def do_garbage() -> None:
    os.write(4, b"\x00\xff not a line\n{]\n")


def do_say(line: str) -> None:
    os.write(4, line.encode() + b"\n")


def do_too_much() -> None:
    while True:
        os.write(4, b"x" * 65536)


def do_too_large_a_picture() -> None:
    while True:
        os.write(5, b"x" * 65536)


def do_a_picture_of_something_else() -> None:
    os.write(5, b"\xff\xd8\xff\xe1\x00\x08canary\xff\xda\xff\xd9")


def do_raise() -> None:
    raise RuntimeError("the canary of a parser's message")


def do_exit() -> None:
    raise SystemExit(3)


def do_deep_facts() -> None:
    nested = "[" * 5000 + "]" * 5000
    os.write(4, b'{"facts": ' + nested.encode() + b', "notes": []}\n')


def do_hide_something() -> None:
    os.write(4, json.dumps({"facts": {"name": "a\u202eb"}, "notes": []}).encode() + b"\n")
