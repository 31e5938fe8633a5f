"""The two processes that touch a file's bytes, started by `custody.intake.confined`.

`probes` imports the parsers once and forks a fresh child for every file; a child sees one file and
ends. `formats` identifies in its own process: its Go library takes 0.2 s to start and cannot be
forked, but is safe in memory. Both leave the network, and when they can the process table, before
the first file; both end when the parent lets go of their socket.
"""

import contextlib
import gc
import importlib
import importlib.metadata
import io
import json
import logging
import os
import pkgutil
import resource
import select
import signal
import socket
from collections.abc import Mapping
from typing import NoReturn

from custody.intake import cage
from custody.intake.probing import CannotSay, Found, Job, Probe

MESSAGE = 64 * 1024
# Go reserves addresses it never uses: measured 1.8 GB, of which 0.13 are memory.
_GO_ADDRESSES = 6 * 1024**3
_TOOLS = {
    "probes": ("pillow", "pi_heif", "pypdf", "pypdfium2", "tinytag"),
    "formats": ("pygfried",),
}
_NOT_OURS = {
    "PIL.__main__",
    "PIL.report",
    "PIL.ImageQt",
    "PIL.ImageTk",
    "PIL._tkinter_finder",
    "PIL._imagingtk",
}


def main(kind: str, descriptor: int, parent: int, names: list[str]) -> None:
    """Serve one kind of work over the socket at `descriptor` until it is closed."""
    control = socket.socket(fileno=descriptor)
    try:
        probes = _prepare(kind, parent, names, control)
    except Exception as error:  # noqa: BLE001  # told to the parent; no file has been seen yet
        _say(control, {"failed": f"{type(error).__name__}: {error}"[:500]})
        return
    while True:
        message, handles, _, _ = socket.recv_fds(control, MESSAGE, 3)
        if not message:
            return
        task = json.loads(message)
        if kind == "formats":
            _identify(task, *handles)
            _say(control, {"exit": 0})
        else:
            _say(control, _in_a_child(control, task, handles, probes))


def _prepare(kind: str, parent: int, names: list[str], control: socket.socket) -> dict[str, Probe]:
    os.environ.clear()  # begun with none, Python adds one
    cage.private()
    cage.die_with_parent(parent)
    logging.disable(logging.CRITICAL)  # what a parser logs is about the file
    # From here on nothing may be imported late: the files of Python may be out of reach.
    tools = {name: importlib.metadata.version(name) for name in _TOOLS[kind]}
    probes: dict[str, Probe] = {}
    measures = {"no_new_privileges": True, "no_dump": True}
    if kind == "probes":
        probes = {name: _imported(name) for name in names}
        _import_all("encodings", "pypdf", "PIL")
        measures["not_root"] = measures["no_new_process"] = cage.leave_root()
    own = cage.leave_the_network(own_processes=True)
    measures["no_network"] = own or cage.leave_the_network(own_processes=False)
    measures["own_processes"] = own
    # Who we are has changed, which also forgets that we want no dump and to end with the parent.
    cage.private()
    cage.die_with_parent(parent)
    gc.freeze()  # children share what is loaded; collecting would copy it
    if own:
        _first_of_the_namespace(control)
    landlock = cage.landlock_version()
    measures |= {"no_files": landlock >= 1, "no_tcp": landlock >= 4, "no_signals": landlock >= 6}
    if kind == "formats":
        cage.close_the_files(reading=True)  # Go opens its descriptor by name
        import pygfried

        pygfried.version()
    _say(control, {"measures": measures, "tools": tools})
    return probes


def _imported(name: str) -> Probe:
    module, _, function = name.partition(":")
    probe: Probe = getattr(importlib.import_module(module), function)
    return probe


def _import_all(*packages: str) -> None:
    """Parsers import parts of themselves when a file needs them, and then it is too late."""
    for package in packages:
        parts = importlib.import_module(package).__path__
        for part in pkgutil.walk_packages(parts, f"{package}.", onerror=lambda _: None):
            # Some parts are for other systems or for libraries that are not here.
            if part.name not in _NOT_OURS:
                with contextlib.suppress(ImportError):
                    importlib.import_module(part.name)


def _first_of_the_namespace(control: socket.socket) -> None:
    """Go on in a child, the first process of the new namespace; this one only waits for it."""
    child = os.fork()
    if child:
        control.close()
        _, status = os.waitpid(child, 0)
        os._exit(0 if status == 0 else 1)
    cage.die_with_parent(0)


def _in_a_child(
    control: socket.socket, task: dict[str, object], handles: list[int], probes: Mapping[str, Probe]
) -> dict[str, int]:
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _one_file(parent, task, handles, probes)
    for handle in handles:
        os.close(handle)
    ended = os.pidfd_open(child)
    waiting = select.poll()
    waiting.register(ended, select.POLLIN)
    waiting.register(control, select.POLLIN)
    if any(handle == control.fileno() for handle, _ in waiting.poll()):
        os._exit(0)  # the parent has let go in the middle; the child ends with us
    os.close(ended)
    _, status = os.waitpid(child, 0)
    if parent == 1:
        _end_all_others()
    if os.WIFSIGNALED(status):
        return {"signal": os.WTERMSIG(status)}
    return {"exit": os.WEXITSTATUS(status)}


def _end_all_others() -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def _one_file(
    parent: int, task: dict[str, object], handles: list[int], probes: Mapping[str, Probe]
) -> NoReturn:
    """The life of a child: wall in, probe, end. Nothing is cleaned up, nothing returns."""
    try:
        gc.disable()
        os.setsid()
        cage.die_with_parent(parent)
        content, output, picture = _only(handles)
        walls, job = task["walls"], task["job"]
        if not isinstance(walls, dict) or not isinstance(job, dict):
            os._exit(1)
        cage.wall_in(cage.Walls(**walls, descriptors=picture + 1))
        _probe_all(content, output, picture, Job(**job), probes)
    except BaseException:  # noqa: BLE001  # the parent learns by the missing last line
        os._exit(1)
    os._exit(0)


def _only(handles: list[int]) -> tuple[int, int, int]:
    """Keep the standard three, which lead nowhere, and these as 3, 4 and 5."""
    high = [os.dup2(handle, 200 + place, inheritable=False) for place, handle in enumerate(handles)]
    content, output, picture = (os.dup2(handle, 3 + n) for n, handle in enumerate(high))
    os.closerange(6, os.sysconf("SC_OPEN_MAX"))
    return content, output, picture


class _Content(io.BufferedReader):
    """The file, for parsers that would otherwise duplicate its descriptor: there is none free."""

    def fileno(self) -> int:
        raise io.UnsupportedOperation("fileno")


def _probe_all(
    content: int, output: int, picture: int, job: Job, probes: Mapping[str, Probe]
) -> None:
    with _Content(io.FileIO(content)) as file:
        for name, probe in probes.items():
            _write(output, {"begin": name})
            try:
                found = probe(file, job)
            except CannotSay as failure:
                _write(output, {"failed": failure.code})
            except MemoryError:
                _write(output, {"failed": "memory"})
            except PermissionError:
                _write(output, {"failed": "refused"})
            except BlockingIOError:  # a process or thread that may not be begun
                _write(output, {"failed": "refused"})
            except Exception:  # noqa: BLE001  # any fault of a parser is the file's
                _write(output, {"failed": "error"})
            else:
                if found is not None:
                    _give(found, output, picture)
    _write(output, {"end": 1})


def _identify(task: dict[str, object], content: int, output: int, picture: int) -> None:
    from custody.intake import formats

    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds, size = task["seconds"], task["size"]
    if isinstance(seconds, int):
        until = int(used.ru_utime + used.ru_stime) + seconds + 1
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (_GO_ADDRESSES, _GO_ADDRESSES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        _write(output, {"begin": "formats"})
        try:
            found = formats.examine(
                f"/proc/self/fd/{content}",
                size if isinstance(size, int) else 0,
                str(task["name"]),
                str(task["type"]),
            )
        except Exception:  # noqa: BLE001  # any fault of a library is the file's
            _write(output, {"failed": "error"})
        else:
            _give(found, output, picture)
        _write(output, {"end": 1})
    finally:
        for handle in (content, output, picture):
            os.close(handle)


def _give(found: Found, output: int, picture: int) -> None:
    _write(output, {"facts": found.facts, "notes": found.notes})
    view = memoryview(found.thumbnail)
    while view:
        view = view[os.write(picture, view) :]


def _write(output: int, line: dict[str, object]) -> None:
    view = memoryview(json.dumps(line).encode("ascii") + b"\n")
    while view:
        view = view[os.write(output, view) :]


def _say(control: socket.socket, message: Mapping[str, object]) -> None:
    control.send(json.dumps(message).encode("ascii"))
