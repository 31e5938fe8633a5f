"""Write the state diagrams of docs/states/ from the state tables, or check that they are current."""

import importlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from partners import roles

# A line for each table: what it is of, and where its TRANSITIONS, OWNERS and DUE_AFTER stand, with
# what comes before these names in a module that has several.
MACHINES: tuple[tuple[str, str, str], ...] = (
    ("partner", "partners.states", ""),
    ("submission", "submissions.states", ""),
    ("file", "submissions.states", "FILE_"),
    ("referral", "cases.states", ""),
    ("request", "cases.states", "REQUEST_"),
    ("advice", "cases.states", "ADVICE_"),
)
# How the page of each is called where its name alone would not do.
_HEADINGS = {
    "file": "States of an exhibit’s file",
    "request": "States of an information request",
    "advice": "States of a question to the Secretariat",
}


class Table(NamedTuple):
    """One state table: to what and by whom, on whom it waits, and until when."""

    moves: dict[Any, dict[Any, frozenset[str]]]
    owners: dict[Any, Any]
    due_after: dict[Any, timedelta | None]


def table(module: str, prefix: str) -> Table:
    """As the module holds it."""
    found = importlib.import_module(module)
    names = ("TRANSITIONS", "OWNERS", "DUE_AFTER")
    return Table(*(getattr(found, f"{prefix}{name}") for name in names))


def folder() -> Path:
    """Where the diagrams are kept."""
    return Path(settings.BASE_DIR) / "docs" / "states"


def pages() -> Iterator[tuple[Path, str]]:
    """Each diagram's file and what it should hold."""
    with translation.override(None):
        for name, module, prefix in MACHINES:
            text = page(name, module, table(module, prefix))
            yield folder() / f"{name}.md", text


def outdated() -> list[Path]:
    """The files that differ from the tables, are missing, or belong to no table."""
    wanted = dict(pages())
    wrong = [p for p, text in wanted.items() if not p.is_file() or p.read_text("utf-8") != text]
    return wrong + sorted(set(folder().glob("*.md")) - set(wanted))


def page(name: str, source: str, states: Table) -> str:
    """The diagram and the table beside it, in Markdown."""
    return "\n".join(
        [
            f"# {_HEADINGS.get(name, f'States of a {name}')}",
            "",
            f"Made by `./portal manage statediagrams` from `{source.replace('.', '/')}.py`."
            " Change the table there, not this page.",
            "",
            "```mermaid",
            *_diagram(states.moves),
            "```",
            "",
            "| State | Code | Waits on | Within | May become, by whom |",
            "|---|---|---|---|---|",
            *_rows(states),
            "",
        ]
    )


def _diagram(moves: dict[Any, dict[Any, frozenset[str]]]) -> Iterator[str]:
    states = list(moves)
    reached = {to for targets in moves.values() for to in targets}
    yield "stateDiagram-v2"
    for state in states:
        yield f'    state "{state.label}" as {state.value}'
    for state in states:
        if state == states[0] or state not in reached:
            yield f"    [*] --> {state.value}"
        for to in moves[state]:
            yield f"    {state.value} --> {to.value}"
        if not moves[state]:
            yield f"    {state.value} --> [*]"


def _rows(states: Table) -> Iterator[str]:
    for state, moves in states.moves.items():
        after = states.due_after[state]
        within = _days(after)
        become = "; ".join(f"{to.label} ({_whom(by)})" for to, by in moves.items()) or "–"
        owner = states.owners[state].label
        yield f"| {state.label} | `{state.value}` | {owner} | {within} | {become} |"


def _days(after: timedelta | None) -> str:
    if after is None:
        return "–"
    return "1 day" if after.days == 1 else f"{after.days} days"


def _whom(by: frozenset[str]) -> str:
    """In the order of the roles: a set has none of its own, and two runs must write the same."""
    said = [str(role.label) for role in roles.ALL if role.code in by]
    return ", ".join([*said, *(["The portal"] if roles.PORTAL in by else [])])


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
