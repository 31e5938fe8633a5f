"""How long a recording is and what it says of itself.

tinytag reads sound files, and of a film only its length: a film's own times, place and codecs are
not read yet, and a note says so.
"""

from typing import BinaryIO

from tinytag import TinyTag, TinyTagException, UnsupportedFormatError

from custody.intake.findings import Facts, text
from custody.intake.probing import CannotSay, Found, Job

_FILM = ("video/", "application/mp4")
_WORDS = ("title", "artist", "album", "comment", "year", "composer")


def probe(file: BinaryIO, job: Job) -> Found | None:
    """Facts of a sound or film file; None when the file is neither."""
    film = job.mime.startswith(_FILM)
    if not film and not job.mime.startswith(("audio/", "application/ogg")):
        return None
    found = Found()
    if film:
        found.note("video_only_length")
    file.seek(0)
    try:
        tag = TinyTag.get(file_obj=file)
    except UnsupportedFormatError as error:
        if film:
            return found
        raise CannotSay("unreadable") from error
    except TinyTagException as error:
        raise CannotSay("unreadable") from error
    for name, value in (
        ("milliseconds", round((tag.duration or 0) * 1000)),
        ("channels", tag.channels),
        ("samples_per_second", tag.samplerate),
    ):
        if value:
            found.facts[name] = int(value)
    said: Facts = {name: text(value) for name in _WORDS if (value := getattr(tag, name, None))}
    if said:
        found.facts["words"] = said
    if "artist" in said or "composer" in said:
        found.note("person_named")
    return found
