"""Where sessions are kept: Django's own table, written with one statement where Django takes three.

And not for each page: what only keeps a session alive is written once in half a minute.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.utils import timezone

# A session ends that much earlier than its idle time says, at most.
WRITTEN_EVERY = timedelta(seconds=30)


class SessionStore(db.SessionStore):
    """Every page keeps its session alive, so that what it takes to save one counts."""

    _ends_at: datetime | None = None

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        """Save; a session that was ended meanwhile is not brought back, as in Django's own."""
        if must_create or self.session_key is None:
            super().save(must_create=must_create)
            return
        if not self.modified and self._was_just_written():
            return
        row = self.create_model_instance(self._get_session())  # type: ignore[attr-defined]
        kept = self.model.objects.filter(pk=self.session_key).update(
            session_data=row.session_data, expire_date=row.expire_date
        )
        if not kept:
            raise UpdateError

    def _get_session_from_db(self) -> Any:
        found = super()._get_session_from_db()  # type: ignore[misc]
        self._ends_at = found.expire_date if found is not None else None
        return found

    def _was_just_written(self) -> bool:
        if self._ends_at is None:
            return False
        full = timedelta(seconds=self.get_session_cookie_age())
        return self._ends_at - timezone.now() > full - WRITTEN_EVERY
