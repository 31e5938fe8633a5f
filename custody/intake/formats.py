"""What a file is by its content, and whether its name says the same.

Siegfried (through pygfried) matches the signatures of PRONOM, the register of file formats that
archives cite. It is never told the name.
"""

import mimetypes
import re
from pathlib import PurePosixPath

from custody.intake.findings import Facts, text
from custody.intake.probing import Found

_SHORT = {
    "application/gzip": "GZIP",
    "application/msword": "Microsoft Word",
    "application/pdf": "PDF",
    "application/rtf": "RTF",
    "application/vnd.ms-excel": "Microsoft Excel",
    "application/vnd.ms-powerpoint": "Microsoft PowerPoint",
    "application/vnd.oasis.opendocument.spreadsheet": "OpenDocument spreadsheet",
    "application/vnd.oasis.opendocument.text": "OpenDocument text",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PPTX",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel (XLSX)",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word (DOCX)",
    "application/zip": "ZIP",
    "audio/mpeg": "MP3",
    "audio/x-wav": "WAV",
    "image/bmp": "BMP",
    "image/gif": "GIF",
    "image/heic": "HEIC",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/svg+xml": "SVG",
    "image/tiff": "TIFF",
    "image/webp": "WebP",
    "text/html": "HTML",
    "text/plain": "plain text",
    "text/xml": "XML",
    "application/xml": "XML",
    "video/mp4": "MP4",
    "video/quicktime": "QuickTime",
    "video/webm": "WebM",
    "video/x-msvideo": "AVI",
}  # fmt: skip
# Different words for one thing, and containers that one name covers.
_SAME = (
    {"video/mp4", "audio/mp4", "application/mp4", "video/quicktime", "video/3gpp", "video/3gpp2",
     "audio/3gpp", "audio/3gpp2", "audio/mp4a-latm", "video/x-m4v"},
    {"application/xml", "text/xml", "image/svg+xml", "application/xhtml+xml", "text/html"},
    {"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"},
    {"image/bmp", "image/x-ms-bmp", "image/x-bmp"},
    {"image/x-icon", "image/vnd.microsoft.icon"},
    {"audio/wav", "audio/x-wav", "audio/vnd.wave"},
    {"audio/ogg", "video/ogg", "application/ogg"},
    {"video/webm", "audio/webm", "video/x-matroska", "application/x-matroska", "audio/x-matroska"},
    {"audio/aac", "audio/x-aac", "audio/x-hx-aac-adts", "audio/vnd.dlna.adts"},
    {"video/x-msvideo", "video/avi", "video/vnd.avi"},
    {"video/x-ms-asf", "application/vnd.ms-asf", "video/x-ms-wmv", "audio/x-ms-wma"},
    {"video/mpeg", "video/mpeg1", "video/mpeg2", "video/mpv"},
    {"application/gzip", "application/x-gzip", "application/x-compress"},
    {"application/zip", "application/x-zip-compressed", "application/zip-compressed"},
    {"application/rtf", "text/rtf"},
    {"application/vnd.rar", "application/x-rar-compressed", "application/x-rar"},
    {"application/warc", "application/x-internet-archive"},
    {"message/rfc822", "multipart/related", "application/x-mimearchive"},
    {"application/vnd.ms-excel", "application/msexcel", "application/x-msexcel"},
)  # fmt: skip
_MORE_NAMES = {
    ".3gp": "video/3gpp", ".7z": "application/x-7z-compressed", ".amr": "audio/amr",
    ".arc": "application/x-internet-archive", ".avif": "image/avif", ".eml": "message/rfc822",
    ".flv": "video/x-flv", ".gz": "application/gzip", ".heic": "image/heic", ".heif": "image/heif",
    ".htm": "text/html", ".ico": "image/vnd.microsoft.icon", ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg", ".m4a": "audio/mp4", ".m4v": "video/x-m4v", ".md": "text/plain",
    ".mht": "multipart/related", ".mkv": "video/x-matroska", ".odb":
    "application/vnd.oasis.opendocument.base", ".ods":
    "application/vnd.oasis.opendocument.spreadsheet", ".odt":
    "application/vnd.oasis.opendocument.text", ".ogg": "audio/ogg", ".opus": "audio/ogg",
    ".rar": "application/vnd.rar", ".rtf": "application/rtf", ".tif": "image/tiff",
    ".warc": "application/warc", ".webp": "image/webp", ".wmv": "video/x-ms-wmv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}  # fmt: skip
# What may rightly be nothing but text, although no text/ type says so.
_TEXTUAL = {"application/json", "application/javascript", "application/xml", "application/x-sh",
            "message/rfc822", "multipart/related", "image/svg+xml", "application/rtf",
            "application/x-subrip", "application/geo+json"}  # fmt: skip
_TEXT_ONLY = "match on text only"
_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+_-]*")
_OF_NAMES = mimetypes.MimeTypes(filenames=())  # the library's own list, not this computer's


def identify(path: str) -> Facts:
    """The format of the file at `path`, which should be a descriptor's: a name proves nothing.

    `format` is missing when nothing matches; `matches` lists all when several do.
    """
    import pygfried  # starts threads: only in the process that identifies

    result = pygfried.identify(path, detailed=True)
    matches = result["files"][0]["matches"]
    known = [match for match in matches if match["id"] != "UNKNOWN"]
    facts: Facts = {
        "matches": [_one(match["id"], match["format"], match["version"]) for match in known[:20]]
    }
    if len(known) == 1:
        match = known[0]
        facts["format"] = _one(match["id"], match["format"], match["version"])
        facts["mime"] = _type(match["mime"])
        facts["basis"] = "text_only" if _TEXT_ONLY in match["warning"] else "content"
    elif known:
        types = {_type(match["mime"]) for match in known}
        facts["mime"] = types.pop() if len(types) == 1 else ""
        facts["basis"] = "content"
    return facts


def examine(path: str, size: int, name: str, claimed_type: str) -> Found:
    """Identify, and compare with what the file's name (or the sender's browser) says it is."""
    found = Found(identify(path) if size else {"matches": []})
    found.facts["size"] = size
    claim = claimed(name, claimed_type)
    if claim:
        found.facts["claimed_mime"] = claim
    if not size:
        found.note("empty")
        return found
    verdict = compare(claim, found.facts)
    found.facts["name_and_content"] = verdict
    if not found.facts["matches"]:
        found.note("format_unknown")
    elif verdict == "mismatch" and found.facts.get("basis") == "text_only":
        found.note("name_differs_text_only", named=label(claim))
    elif verdict == "mismatch":
        found.note("name_differs", named=label(claim), found=_label_of(found.facts))
    return found


def claimed(name: str, claimed_type: str = "") -> str:
    """The MIME type that a name claims by its ending, else that the sender claimed, else ""."""
    ending = PurePosixPath(name.replace("\\", "/").rsplit("/", 1)[-1]).suffix.lower()
    by_name = _MORE_NAMES.get(ending) or _OF_NAMES.types_map[True].get(ending, "")
    if by_name:
        return by_name
    said = claimed_type.partition(";")[0].strip().lower()
    return said if _TYPE.fullmatch(said) and said != "application/octet-stream" else ""


def compare(claim: str, facts: Facts) -> str:
    """`match`, `mismatch`, or `unknown` when either side cannot be told."""
    mime = facts.get("mime")
    if not claim or not isinstance(mime, str) or not mime:
        return "unknown"
    if facts.get("basis") == "text_only":
        return "match" if claim.startswith("text/") or claim in _TEXTUAL else "mismatch"
    if mime == claim or any({mime, claim} <= group for group in _SAME):
        return "match"
    if claim in {"text/xml", "application/xml"} and mime.endswith("xml"):
        return "match"
    # All text is text; what kind is more than signatures can tell.
    if claim == "text/plain" and (mime.startswith("text/") or mime in _TEXTUAL):
        return "match"
    return "mismatch"


def label(mime: str) -> str:
    """The word people use for a MIME type."""
    return _SHORT.get(mime, mime)


def _label_of(facts: Facts) -> str:
    mime, found = facts.get("mime"), facts.get("format")
    if isinstance(mime, str) and mime in _SHORT:
        return _SHORT[mime]
    name = found.get("name", "") if isinstance(found, dict) else ""
    return str(name or mime)


def _one(pronom: str, name: str, version: str) -> Facts:
    return {"pronom": text(pronom), "name": text(name), "version": text(version)}


def _type(listed: str) -> str:
    """PRONOM names several types for some formats; the first is the preferred one."""
    first = listed.partition(",")[0].strip().lower()
    return first if _TYPE.fullmatch(first) else ""
