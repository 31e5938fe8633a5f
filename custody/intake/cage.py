"""What the kernel offers to hold a process that reads hostile bytes; Linux, no rights needed.

Each measure either holds or is reported as missing, so that findings say how they were made.
"""

import contextlib
import ctypes
import os
import resource
import signal
import struct
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CAPABILITY_VERSION = 0x20080522
_NOBODY = 65534
# linux/landlock.h: the three calls have these numbers on every architecture.
_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_READ = 0b1101  # execute, read a file, list a folder
_FILE_RIGHTS_BY_ABI = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 5: 0xFFFF}
_TCP = 0b11  # bind, connect
_SCOPE = 0b11  # abstract sockets, signals

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Walls:
    """Limits of one process: seconds of processor, bytes of memory beyond what it has now, and
    descriptors, which should be as many as it has.
    """

    cpu: int
    memory: int
    descriptors: int


def private() -> None:
    """No dump, no new privileges, the first to go when memory is short; kept by children."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(_PR_SET_DUMPABLE, 0)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def leave_root() -> bool:
    """Give up the administrator's account, for which some limits do not hold."""
    if os.geteuid() != 0:
        return True
    try:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    except OSError:
        return False
    return True


def leave_the_network(*, own_processes: bool) -> bool:
    """Enter namespaces with no network and nobody to talk to; needs a single thread.

    With `own_processes`, the next child begins a process namespace: when that child ends,
    everything in it ends.
    """
    flags = os.CLONE_NEWUSER | os.CLONE_NEWNET | os.CLONE_NEWIPC
    try:
        os.unshare(flags | (os.CLONE_NEWPID if own_processes else 0))
    except OSError:
        return False
    _drop_capabilities()
    return True


def die_with_parent(parent: int) -> None:
    """End when the parent ends, whatever ends it; a parent outside our namespace is 0."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def landlock_version() -> int:
    """The kernel's Landlock interface, 0 when there is none."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)))


def close_the_files(*, reading: bool) -> None:
    """No path can be written from here on, nor read when `reading` is false.

    Where the kernel knows how, TCP and signals to others are closed as well. Descriptors that
    are open, and files that live only in memory, stay usable.
    """
    version = landlock_version()
    if not version:
        return
    files = _FILE_RIGHTS_BY_ABI[max(known for known in _FILE_RIGHTS_BY_ABI if known <= version)]
    if reading:
        files &= ~_READ
    rules = struct.pack("=Q", files)
    if version >= 4:
        rules += struct.pack("=Q", _TCP)
    if version >= 6:
        rules += struct.pack("=Q", _SCOPE)
    ruleset = _checked(_libc.syscall(_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), 0))
    try:
        _checked(_libc.syscall(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def wall_in(walls: Walls) -> None:
    """Limit this process for good: it opens nothing, begins nothing, and the rest is counted.

    Without a free descriptor there is no file, socket or pipe to be had, whoever owns it.
    """
    memory = _memory_now() + walls.memory
    close_the_files(reading=False)
    for unblocked in (signal.SIGXFSZ, signal.SIGXCPU, signal.SIGPIPE):
        signal.signal(unblocked, signal.SIG_DFL)
    for which, most, last in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, walls.cpu, walls.cpu + 1),  # at the last second no signal tells why
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NPROC, 0, 0),
        (resource.RLIMIT_NOFILE, walls.descriptors, walls.descriptors),
    ):
        resource.setrlimit(which, (most, last))


def _memory_now() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    return int(pages) * resource.getpagesize()


def _drop_capabilities() -> None:
    """In its own user namespace a process is its own administrator: too much for a parser."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    _checked(_libc.capset(header, bytes(24)))


def _prctl(option: int, value: int) -> None:
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero))


def _checked(answer: int) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer
