"""What an adviser opens of what is shown with a question: what is written, and exhibits (R3, R14)."""

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Advice, AdviceExhibit
from cases.openings import Shown
from custody import vault
from custody.models import Opening
from impna.errors import NotNow
from partners.models import User
from submissions.graphic import check_chosen


@transaction.atomic
def open_words(*, advice: Advice, reason: str, by: User) -> Opening:
    """A permit to read what the organisation wrote; it sees who opened it, when and why."""
    return vault.open(Shown(advice), by=by, reason=reason, files={})


@transaction.atomic
def open_exhibit(
    *, item: AdviceExhibit, name: str, reason: str, chosen: bool = False, by: User
) -> Opening:
    """One opening of an exhibit that is shown, under that name; graphic content only if `chosen`."""
    version = item.advice.version
    markers = version.items.filter(exhibit=item.exhibit).values_list("markers", flat=True)
    check_chosen([one for row in markers for one in row], chosen=chosen)
    if item.file is None:
        raise NotNow(_("This exhibit has no sealed file in the portal."))
    return vault.open(item.thing, by=by, reason=reason, files={name: item.file})
