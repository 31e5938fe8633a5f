"""Who a session belongs to, with what every page needs: partner, groups, terms, what is new."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from partners.models import Notification, TermsAcceptance, User


class MemberBackend(ModelBackend):
    """Django's own, with four queries less on every page."""

    def get_user(self, user_id: int) -> User | None:
        """The account of a session, if it may still sign in."""
        groups = User.groups.through.objects.filter(user_id=OuterRef("pk")).order_by("group_id")
        accepted = TermsAcceptance.objects.filter(user_id=OuterRef("pk"))
        found = User.objects.select_related("partner").annotate(
            gids=ArraySubquery(groups.values("group_id")),
            versions=ArraySubquery(accepted.values("version")),
            unseen=ArraySubquery(Notification.objects.news_of(OuterRef("pk")).values("pk")),
        )
        user = found.filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        user.acting_gids = tuple(user.gids)
        user.accepted_versions = frozenset(user.versions)
        return user
