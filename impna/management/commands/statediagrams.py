"""Write the state diagrams of docs/states/ from the state tables, or check that they are current."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

# A line for each table: the file's name, and the module with Status, TRANSITIONS, OWNERS, DUE_AFTER.
MACHINES: tuple[tuple[str, str], ...] = (
    ("partner", "partners.states"),
    ("submission", "submissions.states"),
    ("referral", "cases.states"),
)


def folder() -> Path:
    """Where the diagrams are kept."""
    return Path(settings.BASE_DIR) / "docs" / "states"


def pages() -> Iterator[tuple[Path, str]]:
    """Each diagram's file and what it should hold."""
    with translation.override(None):
        for name, module in MACHINES:
            text = page(name, module, importlib.import_module(module))
            yield folder() / f"{name}.md", text


def outdated() -> list[Path]:
    """The files that differ from the tables, are missing, or belong to no table."""
    wanted = dict(pages())
    wrong = [p for p, text in wanted.items() if not p.is_file() or p.read_text("utf-8") != text]
    return wrong + sorted(set(folder().glob("*.md")) - set(wanted))


def page(name: str, source: str, module: ModuleType) -> str:
    """The diagram and the table beside it, in Markdown."""
    return "\n".join(
        [
            f"# States of a {name}",
            "",
            f"Made by `./portal manage statediagrams` from `{source.replace('.', '/')}.py`."
            " Change the table there, not this page.",
            "",
            "```mermaid",
            *_diagram(module),
            "```",
            "",
            "| State | Code | Waits on | Within | May become |",
            "|---|---|---|---|---|",
            *_rows(module),
            "",
        ]
    )


def _diagram(module: ModuleType) -> Iterator[str]:
    states, moves = list(module.Status), module.TRANSITIONS
    reached = {to for targets in moves.values() for to in targets}
    yield "stateDiagram-v2"
    for state in states:
        yield f'    state "{state.label}" as {state.value}'
    for state in states:
        if state not in reached:
            yield f"    [*] --> {state.value}"
        for to in _in_order(states, moves[state]):
            yield f"    {state.value} --> {to.value}"
        if not moves[state]:
            yield f"    {state.value} --> [*]"


def _rows(module: ModuleType) -> Iterator[str]:
    states = list(module.Status)
    for state in states:
        after = module.DUE_AFTER[state]
        within = f"{after.days} days" if after is not None else "–"
        targets = _in_order(states, module.TRANSITIONS[state])
        become = ", ".join(str(to.label) for to in targets) or "–"
        owner = module.OWNERS[state].label
        yield f"| {state.label} | `{state.value}` | {owner} | {within} | {become} |"


def _in_order(states: list[Any], chosen: set[Any]) -> list[Any]:
    """A set has no order of its own, and two runs must write the same."""
    return [state for state in states if state in chosen]


class Command(BaseCommand):
    """Needs no database."""

    help = "Writes docs/states/*.md from the state tables; --check only compares."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """One option."""
        parser.add_argument("--check", action="store_true", help="exit 1 when a file differs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, or compare."""
        wrong = outdated()
        names = ", ".join(path.name for path in wrong)
        if options["check"]:
            if wrong:
                raise CommandError(f"Not current: {names}. Run ./portal manage statediagrams.")
            return
        wanted = dict(pages())
        folder().mkdir(parents=True, exist_ok=True)
        for path in wrong:
            if path in wanted:
                path.write_text(wanted[path], "utf-8")
            else:
                path.unlink()
        if wrong and options["verbosity"]:
            self.stdout.write(f"Written: {names}.")
