"""What the sender marked an exhibit with, as its recipient keeps to it.

It stands in the version in which an exhibit was given, and in every later one that the recipient
has: a later version can add a mark and cannot take one away.
"""

from django.db.models import Exists, OuterRef, QuerySet

from cases.models import Referral, ReferralItem
from submissions.models import VersionExhibit
from submissions.vocabularies import ContentMarker


def marked(referral: Referral, marker: ContentMarker) -> QuerySet[VersionExhibit]:
    """Rows of versions that say so of what is given now; one exhibit may have several."""
    given = ReferralItem.objects.live().filter(
        referral=referral,
        exhibit=OuterRef("exhibit"),
        version__number__lte=OuterRef("version__number"),
    )
    return VersionExhibit.objects.filter(
        Exists(given),
        version__submission=referral.submission_id,
        version__number__lte=referral.version.number,
        markers__contains=[marker.value],
    )
