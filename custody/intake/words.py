"""The one table of sentences for what an examination and a scan leave as codes.

A parameter that comes from the file is already made safe to show (`findings.text`); pages escape
it like any other text.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from custody.intake.findings import Note

NOTES: Mapping[str, Promise] = {
    "name_differs": _("The name says %(named)s, the content is %(found)s."),
    "name_differs_text_only": _("The name says %(named)s, but only plain text was recognised."),
    "format_unknown": _("The format of this file was not recognised."),
    "empty": _("This file is empty: it has no bytes."),
    "times_differ": _(
        "The file carries %(count)s times that are not the same. All are shown and none was chosen."
    ),
    "place_found": _("The file says where it was made. Whoever opens it can read the place."),
    "device_named": _("The file names the device it was made with."),
    "person_named": _("The file names a person as author, owner or artist."),
    "too_many_pixels": _("The image is too large for a preview: %(width)s by %(height)s pixels."),
    "needs_password": _("This PDF needs a password, so its content was not examined."),
    "encrypted_without_password": _("This PDF is encrypted, but opens without a password."),
    "runs_something": _(
        "This PDF contains an action of the kind %(what)s, which some readers carry out."
    ),
    "files_inside": _("Other files are attached inside this PDF: %(count)s."),
    "signatures_inside": _("This PDF holds %(count)s digital signatures. They were not checked."),
    "not_looked_through": _("Only %(looked)s of %(of)s parts of this PDF were looked at."),
    "video_only_length": _(
        "Of films only the length is read so far, not their own times, places and codecs."
    ),
    "only_beginning": _(
        "This file is too large to be examined whole; only its first %(bytes)s bytes were."
    ),
}
FAILURES: Mapping[str, Promise] = {
    "unreadable": _("The content does not follow its format and could not be read."),
    "cut_short": _("The file ends before its content does."),
    "needs_password": _("A password is needed."),
    "memory": _("Reading it would have taken more memory than one file may have."),
    "refused": _("Reading it would have needed something that is not allowed here."),
    "error": _("The program that reads this format failed."),
    "only_beginning": _("Only the beginning was examined, because the file is too large."),
    "no_room": _("There was no room in memory to examine this file."),
    "not_reached": _("The examination ended before it came to this."),
    "deadline": _("It took too long and was ended."),
    "cpu": _("It took too much computing time and was ended."),
    "file_size": _("It tried to write a file and was ended."),
    "killed": _("The program that reads this format crashed."),
    "exited": _("The program that reads this format ended too early."),
    "too_much": _("It gave back more than is allowed and was ended."),
    "garbage": _("It gave back something that could not be understood."),
    "nothing": _("It gave back nothing."),
    "helper_died": _("The examination was ended from outside."),
    # Of redacting alone.
    "too_large": _("The file, or its redacted copy, is larger than the portal redacts."),
    "too_many_pages": _("It has more than 200 pages, which is more than the portal redacts."),
    "too_many_pixels": _("A page has more pixels than the portal redacts."),
    "several_pictures": _("There are several pictures in this file, and the portal redacts one."),
    "no_pixels": _("It is no picture and no PDF that the portal can read."),
    "mark_outside": _("A place was marked on a page that is not there."),
    "not_black": _("A marked place was not wholly black in the finished copy; it was dropped."),
    "not_bare": _("Something other than pixels was left in the finished copy; it was dropped."),
}
NOT_SCANNED: Mapping[str, Promise] = {
    "no_scanner": _("No virus scanner was at work."),
    "too_large": _("The file is larger than the virus scanner takes."),
    "encrypted": _("The content is encrypted, so the virus scanner could not look inside."),
    "limits": _("The content is nested too deep or too large for the virus scanner."),
    "timeout": _("The virus scanner did not answer in time."),
    "died": _("The virus scanner stopped in the middle."),
    "refused": _("The virus scanner refused the file."),
    # Not clamd's doing: every try to examine the file ended without an answer.
    "examination_failed": _("It was tried several times, and no examination came to its end."),
}


def say(note: Note) -> str:
    """The sentence of a note, in the reader's language."""
    return str(NOTES[note.code]) % note.parameters


def say_failure(code: str) -> str:
    """The sentence of a failure or of the reason why an examination ended early."""
    return str(FAILURES[code])


def say_not_scanned(reason: str) -> str:
    """The sentence of the reason why a file was not scanned."""
    return str(NOT_SCANNED.get(reason, _now("This file was not scanned.")))
