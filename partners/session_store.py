"""Where sessions are kept: Django's own table, written with one statement where Django takes three."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError


class SessionStore(db.SessionStore):
    """Every page keeps its session alive, so that what it takes to save one counts."""

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        """Save; a session that was ended meanwhile is not brought back, as in Django's own."""
        if must_create or self.session_key is None:
            super().save(must_create=must_create)
            return
        row = self.create_model_instance(self._get_session())  # type: ignore[attr-defined]
        kept = self.model.objects.filter(pk=self.session_key).update(
            session_data=row.session_data, expire_date=row.expire_date
        )
        if not kept:
            raise UpdateError
