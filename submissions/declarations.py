"""The words an approver signs for each recipient, and their digest. Changed words are new words."""

import hashlib

from django.utils import translation
from django.utils.translation import gettext_lazy as _

WORDS = (
    _("I have checked the answers and may hand this over for my organisation."),
    _(
        "As far as we know, everyone who can be recognised in it either agreed that this recipient "
        "gets it, or does not need to be asked, or the risk was weighed and is accepted."
    ),
    _("I have looked at who could be harmed by giving it to this recipient."),
    _("I know of no exclusion by any person against this recipient or its State."),
    _("What the recipient takes into its file we can ask back, but not oblige it to return."),
)


def digest() -> str:
    """Hex SHA-256 of the English words as they stand now, a line each."""
    with translation.override("en"):
        text = "\n".join(str(sentence) for sentence in WORDS)
    return hashlib.sha256(text.encode()).hexdigest()
