"""Stored files that no row names: what a crash between the store and the database left behind.

A file enters the store before its row is saved, so an orphan was never acknowledged to anyone (R7).
Only files older than a day are looked at: a slow upload may still get its row.
"""

from itertools import batched

from custody.models import SealedFile, Segment
from custody.stores import filestore

DAY = 24 * 3600.0
_BATCH = 500


def sweep_orphans(*, older_than_seconds: float = DAY) -> int:
    """Remove orphans and abandoned drafts of files; returns how many."""
    store = filestore()
    removed = store.sweep_partial(older_than_seconds)
    for names in batched(store.names(older_than_seconds), _BATCH, strict=False):
        known = set(
            SealedFile.objects.filter(store_name__in=names).values_list("store_name", flat=True)
        )
        known |= set(
            Segment.objects.filter(store_name__in=names).values_list("store_name", flat=True)
        )
        for name in set(names) - known:
            store.delete(name)
            removed += 1
    return removed
