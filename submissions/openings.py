"""Why someone of the providing partner may open what it provided."""

from custody.log import Actor, Target
from partners.models import User
from submissions import policies
from submissions.models import Exhibit


def own_partner(target: Target, by: Actor) -> str | None:
    """A member who may see the submission may open its exhibits; quarantined ones nobody here."""
    if not isinstance(target, Exhibit) or not isinstance(by, User):
        return None
    if not policies.holds(by, target.submission, "view_submission"):
        return None
    if target.scan == "infected":
        return None
    return "own partner"


def find_exhibit(reference: str) -> Exhibit | None:
    """The exhibit a permit names."""
    return (
        Exhibit.objects.present().select_related("submission").filter(reference=reference).first()
    )
