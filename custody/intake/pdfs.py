"""What a PDF says of itself and what it brings along: facts about structure, nothing is run."""

import re
import time
from collections import Counter
from typing import BinaryIO

from pypdf import PasswordType, PdfReader
from pypdf.errors import FileNotDecryptedError, PyPdfError
from pypdf.generic import DictionaryObject, IndirectObject, PdfObject

from custody.intake.findings import Facts, text
from custody.intake.probing import CannotSay, Found, Job

_HEAD = 1024
_VERSION = re.compile(rb"%PDF-(\d\.\d)")
_INFO = ("Title", "Author", "Subject", "Keywords", "Creator", "Producer")
_TIMES = (("created", "/CreationDate"), ("changed", "/ModDate"))
_DATE = re.compile(
    r"(?:D:)?(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:(Z)|([+-]\d{2})'?(\d{2})?)?"
)
# What an action may do that a reader should know before opening.
_ACTIONS = {
    "/JavaScript": "javascript", "/Launch": "launch", "/SubmitForm": "submit_form",
    "/ImportData": "import_data", "/GoToR": "other_file", "/GoToE": "embedded_file_link",
    "/Rendition": "media", "/Movie": "media", "/Sound": "media", "/URI": "web_link",
}  # fmt: skip
_RUNS = ("javascript", "launch", "submit_form", "import_data")
_BROKEN = (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError,
           AssertionError, NotImplementedError, OverflowError, RecursionError)  # fmt: skip


def is_pdf(file: BinaryIO) -> bool:
    """Whether readers would take it for a PDF: the mark may stand anywhere in the first KiB."""
    file.seek(0)
    return b"%PDF-" in file.read(_HEAD)


def probe(file: BinaryIO, job: Job) -> Found | None:
    """Facts of a PDF; None when the file is not one."""
    if not is_pdf(file):
        return None
    found = Found()
    file.seek(0)
    if version := _VERSION.search(file.read(_HEAD)):
        found.facts["version"] = version[1].decode()
    file.seek(0)
    try:
        reader = PdfReader(file, strict=False)
        found.facts["encryption"] = _encryption(reader)
        if found.facts["encryption"] != "none":
            locked = found.facts["encryption"] == "needs_password"
            found.note("needs_password" if locked else "encrypted_without_password")
            if locked:
                return found
    except _BROKEN as error:
        raise CannotSay("unreadable") from error
    _tell(found, "pages", reader)
    _tell(found, "info", reader)
    _look_through(reader, job, found)
    return found


def _encryption(reader: PdfReader) -> str:
    if not reader.is_encrypted:
        return "none"
    if reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        return "needs_password"
    return "opens_without_password"


def _tell(found: Found, what: str, reader: PdfReader) -> None:
    """One group of facts; a broken part of the file costs that group and is named."""
    try:
        if what == "pages":
            found.facts["pages"] = reader.get_num_pages()
        else:
            _info(found, reader)
    except _BROKEN:
        found.facts.setdefault("broken", [])
        broken = found.facts["broken"]
        if isinstance(broken, list):
            broken.append(what)


def _info(found: Found, reader: PdfReader) -> None:
    info = reader.metadata
    if info is None:
        return
    said: Facts = {}
    for name in _INFO:
        value = info.get(f"/{name}")
        if value is not None and (words := text(value)):
            said[name.lower()] = words
    if said:
        found.facts["info"] = said
    if "author" in said:
        found.note("person_named")
    times = [_time(source, text(info[key])) for source, key in _TIMES if info.get(key) is not None]
    if times:
        found.facts["times"] = [*times]
    if len({str(entry.get("moment") or entry["written"]) for entry in times}) > 1:
        found.note("times_differ", count=len(times))


def _time(source: str, written: str) -> Facts:
    entry: Facts = {"source": source, "written": written}
    if parts := _DATE.match(written):
        entry["moment"] = "{}-{}-{}T{}:{}:{}".format(*parts.groups()[:6])
        if parts[7]:
            entry["offset"] = "Z"
        elif parts[8]:
            entry["offset"] = f"{parts[8]}:{parts[9] or '00'}"
    return entry


def _look_through(reader: PdfReader, job: Job, found: Found) -> None:
    """Walk every object of the file, not only those a viewer would reach."""
    numbers = sorted(
        {(number, generation) for generation, table in reader.xref.items() for number in table}
        | {(number, 0) for number in reader.xref_objStm}
    )
    until = time.process_time() + job.seconds
    seen: Counter[str] = Counter()
    looked = broken = 0
    for number, generation in numbers[: job.objects]:
        if time.process_time() > until:
            break
        looked += 1
        try:
            _count(reader.get_object(IndirectObject(number, generation, reader)), seen, 12)
        except FileNotDecryptedError as error:
            raise CannotSay("needs_password") from error
        except _BROKEN:
            broken += 1
    found.facts["objects"] = {"of": len(numbers), "looked": looked, "broken": broken}
    if looked < len(numbers):
        found.note("not_looked_through", looked=looked, of=len(numbers))
    found.facts["brings"] = dict(sorted((+seen).items()))
    for name in _RUNS:
        if seen[name]:
            found.note("runs_something", what=name)
    if seen["embedded_files"]:
        found.note("files_inside", count=seen["embedded_files"])
    if seen["signatures"]:
        found.note("signatures_inside", count=seen["signatures"])


def _count(value: PdfObject | None, seen: Counter[str], depth: int) -> None:
    """Direct objects only: those referred to are met by their own number."""
    if depth == 0:
        return
    if isinstance(value, list):
        for item in value:
            if isinstance(item, PdfObject) and not isinstance(item, IndirectObject):
                _count(item, seen, depth - 1)
    if not isinstance(value, DictionaryObject):
        return
    kind, action = value.raw_get("/Type") if "/Type" in value else None, _direct(value, "/S")
    if isinstance(action, str) and action in _ACTIONS:
        seen[_ACTIONS[action]] += 1
    elif "/JS" in value:
        seen["javascript"] += 1
    if kind == "/Filespec" or "/EF" in value:
        seen["embedded_files"] += "/EF" in value
    if "/ByteRange" in value and "/Contents" in value:
        seen["signatures"] += 1
    for key, name in (("/OpenAction", "open_action"), ("/AA", "actions_on_events"),
                      ("/XFA", "xfa_form"), ("/RichMediaContent", "media")):  # fmt: skip
        seen[name] += key in value
    for item in dict.values(value):
        if isinstance(item, PdfObject) and not isinstance(item, IndirectObject):
            _count(item, seen, depth - 1)


def _direct(value: DictionaryObject, key: str) -> object:
    return value.raw_get(key) if key in value else None
