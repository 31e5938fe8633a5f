"""`python -m impna.door.vendor [--check]`: other people's CSS and icons, in `static/vendor/`.

Without an argument: fetches the packages named in `static/vendor/vendor.lock.json` with `npm pack`,
compares each tarball with its recorded digest and writes our files again. Two runs write the same
bytes. `--check` compares the files in the tree with the lock, without npm and without a network.

What comes out is less than the package ships, and the lock says how it was made:

* `ecl/ecl.css` is `ecl-reset.css` and a purge of `ecl-eu.css` (393 kB, 46.8 kB compressed; 3.2 kB
  stay). A rule stays when all its classes belong to the components named in the lock: `ecl-button`,
  `ecl-button--primary` and `ecl-button__label` belong to `button`. A custom property stays when a
  kept rule reads it or its prefix is named. A kept rule that fetches (`url(...)`) is refused, since
  the content security policy allows no `data:` address.
* `ecl/icons.svg` holds the named icons only.
* No logo is copied: the licence of the code gives no right to the emblems.

To use another component or icon: name it in the lock and run. To upgrade: change `version`, delete
`integrity`, run, and look at every page in the gallery.
htmx is not here. It comes inside the installed django-htmx, whose hash `requirements/` pins.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"
LOCK = VENDOR / "vendor.lock.json"
SVG = "http://www.w3.org/2000/svg"


class Refused(Exception):
    """The vendored files cannot be trusted or made; the message says which and why."""


def digest(kind: str, data: bytes) -> str:
    return f"{kind}-" + base64.b64encode(hashlib.new(kind, data).digest()).decode()


# --- CSS ---------------------------------------------------------------------------------------


@dataclass
class Block:
    """A rule or an at-rule: `head { body }`, the body text or nested blocks."""

    head: str
    body: str = ""
    blocks: list[Block] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.head}{{{''.join(map(str, self.blocks)) or self.body}}}"


NESTS = ("@media", "@supports", "@container", "@layer")


def parse_css(text: str) -> Iterator[Block]:
    """Blocks of a minified style sheet. Enough for ECL: no nesting of rules, no @import."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    at = 0
    while (brace := text.find("{", at)) >= 0:
        end = _closing(text, brace)
        head, inside = text[at:brace].strip(), text[brace + 1 : end]
        if ";" in head:  # a statement before the rule, such as @charset
            head = head.rpartition(";")[2].strip()
        if head.startswith(NESTS):
            yield Block(head, blocks=list(parse_css(inside)))
        else:
            yield Block(head, body=inside)
        at = end + 1


def _closing(text: str, opening: int) -> int:
    depth, quote, at = 0, "", opening
    while at < len(text):
        char = text[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if not depth:
                return at
        at += 1
    raise Refused("A style sheet ends inside a block.")


def split_list(text: str, comma: str = ",") -> list[str]:
    """Split at the top level only: `a,:is(b,c)` is two selectors."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += (char in "([") - (char in ")]")
        if char == comma and not depth:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def keeps(selector: str, components: set[str]) -> bool:
    """Only rules about classes: bare elements are the reset's and our own."""
    classes = re.findall(r"\.(-?[A-Za-z_][\w-]*)", selector)
    return bool(classes) and all(
        name.startswith("ecl-")
        and re.split(r"__|--", name.removeprefix("ecl-"), maxsplit=1)[0] in components
        for name in classes
    )


def purge(text: str, components: set[str], properties: tuple[str, ...]) -> str:
    kept = list(_kept(parse_css(text), components))
    roots = [b for b in parse_css(text) if b.head == ":root"]
    lines = (line.partition(":") for root in roots for line in split_list(root.body, ";"))
    values = {name.strip(): value for name, _, value in lines if value}
    used = {name for name in values if name.startswith(properties)}
    used |= _read("".join(map(str, kept))) & set(values)
    todo = list(used)
    while todo:
        more = (_read(values[todo.pop()]) & set(values)) - used
        used |= more
        todo.extend(sorted(more))
    root = ";".join(f"{name}:{value}" for name, value in values.items() if name in used)
    css = f":root{{{root}}}" + "".join(map(str, kept))
    if "url(" in css:
        raise Refused(
            "A kept rule fetches something: url(...). Keep another component, or mend it."
        )
    return css


def _kept(blocks: Iterator[Block] | list[Block], components: set[str]) -> Iterator[Block]:
    for block in blocks:
        if block.blocks:
            if inner := list(_kept(block.blocks, components)):
                yield Block(block.head, blocks=inner)
        elif not block.head.startswith("@"):
            heads = [s for s in split_list(block.head) if keeps(s, components)]
            if heads:
                yield Block(",".join(heads), block.body)


def _read(css: str) -> set[str]:
    return set(re.findall(r"var\(\s*(--[\w-]+)", css))


# --- Icons -------------------------------------------------------------------------------------


def sprite(icons: dict[str, bytes]) -> str:
    """One SVG with a symbol per icon; colour comes from the text around it."""
    symbols = []
    for name, source in sorted(icons.items()):
        root = ElementTree.fromstring(source)  # noqa: S314 - a tarball whose digest is locked
        paths = []
        for node in root.iter():
            tag = node.tag.removeprefix(f"{{{SVG}}}")
            if tag in ("svg", "g"):
                continue
            if tag != "path":
                raise Refused(f"Icon {name} holds a <{tag}>; only paths are expected.")
            shape = " ".join((node.get("d") or "").split())
            rule = ' fill-rule="evenodd" clip-rule="evenodd"' if node.get("fill-rule") else ""
            paths.append(f'<path{rule} d="{shape}"/>')
        symbols.append(
            f'<symbol id="{name}" viewBox="{root.get("viewBox")}">{"".join(paths)}</symbol>\n'
        )
    return f'<svg xmlns="{SVG}">\n{"".join(symbols)}</svg>\n'


# --- The lock ----------------------------------------------------------------------------------


def fetch(name: str, entry: dict[str, str]) -> dict[str, bytes]:
    """The package's files by path. The tarball must be the one in the lock."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["npm", "pack", "--silent", "--pack-destination", folder, f"{name}@{entry['version']}"],
            check=True, text=True, stdout=subprocess.PIPE, cwd=folder,
        )  # fmt: skip
        tarball = (Path(folder) / packed.stdout.split()[-1]).read_bytes()
        got = digest("sha512", tarball)
        if entry.setdefault("integrity", got) != got:
            raise Refused(f"{name} {entry['version']}: the tarball is not the one in the lock.")
        files = {}
        with tarfile.open(Path(folder) / packed.stdout.split()[-1]) as tar:
            for member in tar:
                if member.isfile() and (source := tar.extractfile(member)):
                    files[member.name.removeprefix("package/")] = source.read()
        return files


def make(lock: dict[str, Any], packages: dict[str, dict[str, bytes]]) -> dict[str, bytes]:
    """Our files, from the packages' files. Nothing here depends on time or order of arrival."""
    css, icons = lock["css"], lock["icons"]
    preset = packages[css["package"]]
    reset, full = (preset[path].decode() for path in css["from"])
    version = lock["packages"][css["package"]]["version"]
    body = re.sub(r"/\*.*?\*/", "", reset, flags=re.DOTALL).strip()
    # Hides the focus of anything wider than the page, and sideways scrolling is a fault to see.
    body = body.replace(";overflow-x:hidden", "")
    head = (
        f"/*! {css['package']} {version}, EUPL-1.2, see LICENSE.{css['licence_name']}.txt.\n"
        "   Changed: the reset and the parts named in vendor.lock.json, by impna/door/vendor.py.\n"
        "   Reset: normalize.css 8.0.1, MIT, github.com/necolas/normalize.css */\n"
    )
    purged = purge(full, set(css["components"]), tuple(css["properties"]))
    sources = packages[icons["package"]]
    made = {
        "ecl/ecl.css": (head + body + "\n" + purged + "\n").encode(),
        "ecl/icons.svg": sprite({n: sources[f"src/all/{n}.svg"] for n in icons["names"]}).encode(),
    }
    for part in (css, icons):
        made[f"ecl/LICENSE.{part['licence_name']}.txt"] = packages[part["package"]]["LICENSE"]
    return made


def refresh() -> None:
    lock = json.loads(LOCK.read_text())
    packages = {name: fetch(name, entry) for name, entry in lock["packages"].items()}
    made = make(lock, packages)
    old = lock.get("files", {})
    lock["files"] = {path: digest("sha384", data) for path, data in sorted(made.items())}
    for path, data in made.items():
        (VENDOR / path).parent.mkdir(parents=True, exist_ok=True)
        (VENDOR / path).write_bytes(data)
        if old.get(path) != lock["files"][path]:
            print(f"changed: {path}, {len(data)} bytes")
    LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


def check() -> list[str]:
    """What does not agree with the lock: changed, missing or unknown files."""
    files: dict[str, str] = json.loads(LOCK.read_text())["files"]
    wrong = [
        f"changed or missing: static/vendor/{path}"
        for path, want in files.items()
        if not (VENDOR / path).is_file() or digest("sha384", (VENDOR / path).read_bytes()) != want
    ]
    there = {p.relative_to(VENDOR).as_posix() for p in VENDOR.rglob("*") if p.is_file()}
    unknown = there - set(files) - {LOCK.name}
    return wrong + [f"not in the lock: static/vendor/{path}" for path in sorted(unknown)]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only compare with the lock")
    if parser.parse_args(arguments).check:
        wrong = check()
        print("\n".join(wrong) or "static/vendor agrees with its lock.")
        return bool(wrong)
    try:
        refresh()
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
