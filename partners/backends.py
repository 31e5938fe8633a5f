"""Who a session belongs to, with the partner that every page needs."""

from django.contrib.auth.backends import ModelBackend

from partners.models import User


class MemberBackend(ModelBackend):
    """Django's own, with one query less on every page."""

    def get_user(self, user_id: int) -> User | None:
        """The account of a session, if it may still sign in."""
        user = User.objects.select_related("partner").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
