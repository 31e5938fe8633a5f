"""Graphic content: nobody opens it without having chosen to, each time (requirement 35)."""

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from impna.errors import NotAllowed
from submissions.vocabularies import ContentMarker

IT_IS = _("Graphic content")
CHOOSE_FIRST = _("It holds graphic content. Tick that you choose to open it, or leave it closed.")


def is_graphic(markers: Collection[str]) -> bool:
    """Whether what carries these codes of V6d holds graphic content."""
    return ContentMarker.GRAPHIC in markers


def check_chosen(markers: Collection[str], *, chosen: bool) -> None:
    """Raise NotAllowed for graphic content that this person did not choose to open."""
    if is_graphic(markers) and not chosen:
        raise NotAllowed(CHOOSE_FIRST)
