"""Stored files that no row names: what a crash between the store and the database left behind.

A file enters the store before its row is saved, so an orphan was never acknowledged to anyone (R7).
Only files older than a day are looked at: a slow upload may still get its row.
"""

import logging
from itertools import batched

from custody.models import SealedFile, Segment
from custody.stores import filestore

logger = logging.getLogger(__name__)

DAY = 24 * 3600.0
_BATCH = 500
# A crash leaves a handful. More than this, or a share of the store above a tenth, means that the
# database is not the one this store belongs to (a restore, a missing right): nothing is removed.
_PLAUSIBLE = 100


def sweep_orphans(*, older_than_seconds: float = DAY) -> int:
    """Remove orphans and abandoned drafts of files; returns how many. Implausibly many: none."""
    store = filestore()
    removed = store.sweep_partial(older_than_seconds)
    orphans: list[str] = []
    looked_at = 0
    for names in batched(store.names(older_than_seconds), _BATCH):
        looked_at += len(names)
        orphans += set(names) - _known(names)
    if len(orphans) > max(_PLAUSIBLE, looked_at // 10) or (
        orphans and looked_at == len(orphans) > 10
    ):
        logger.error(
            "%d of %d stored files have no row; none was removed.", len(orphans), looked_at
        )
        return removed
    for name in orphans:
        store.delete(name)
    return removed + len(orphans)


def _known(names: tuple[str, ...]) -> set[str]:
    files = SealedFile.objects.filter(store_name__in=names).values_list("store_name", flat=True)
    segments = Segment.objects.filter(store_name__in=names).values_list("store_name", flat=True)
    return {*files, *segments}
