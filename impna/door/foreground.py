"""A child that has the terminal: `manage shell`, pytest. It ends with us, and we wait for it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from impna.door.children import tied_to_us


def foreground(
    command: Sequence[str | Path], environment: Mapping[str, str], folder: Path | None = None
) -> int:
    """Run it to its end and return its status as a shell would."""
    child = subprocess.Popen(
        command,
        env=dict(environment),
        cwd=folder,
        preexec_fn=tied_to_us(signal.SIGTERM),  # noqa: PLW1509  # no threads here
    )
    with _signals_to(child):
        return _status(child.wait())


def foreground_told(
    command: Sequence[str | Path], environment: Mapping[str, str], folder: Path
) -> tuple[int, str]:
    """The same, and also the last line it printed."""
    tail = b""
    with subprocess.Popen(
        command,
        env=dict(environment),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=tied_to_us(signal.SIGTERM),  # noqa: PLW1509  # no threads here
    ) as child:
        output = child.stdout.fileno() if child.stdout else -1
        with _signals_to(child):
            # By the piece, not by the line: a debugger's prompt has no line end.
            while piece := os.read(output, 65536):
                sys.stdout.buffer.write(piece)
                sys.stdout.flush()
                tail = (tail + piece)[-4096:]
            status = _status(child.wait())
    return status, tail.decode(errors="replace").rstrip().rpartition("\n")[2]


def _status(returncode: int) -> int:
    return returncode if returncode >= 0 else 128 - returncode


@contextmanager
def _signals_to(child: subprocess.Popen[bytes]) -> Iterator[None]:
    def pass_on(number: int, _frame: FrameType | None) -> None:
        # The terminal's Ctrl-C reaches the child by itself; everything else comes through us.
        if number != signal.SIGINT or not os.isatty(0):
            child.send_signal(number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, pass_on) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
