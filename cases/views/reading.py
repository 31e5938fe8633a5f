"""What the sender's views begin with: the submission or referral this person may see, or 404."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from cases.models import Referral
from partners.models import User
from submissions.models import Submission


def user_of(request: HttpRequest) -> User:
    """Whoever asks; the middleware lets nobody else in."""
    user = request.user
    assert isinstance(user, User)
    return user


def submission_of(request: HttpRequest, reference: str, *also: str) -> tuple[Submission, User]:
    """One of the own partner's."""
    user = user_of(request)
    visible = Submission.objects.visible_to(user).select_related("partner", "compartment", *also)
    return get_object_or_404(visible, reference=reference), user


def given_of(request: HttpRequest, reference: str) -> tuple[Referral, User]:
    """A referral of one of the own partner's submissions."""
    user = user_of(request)
    sent = (
        Referral.objects.sent_by(user)
        .with_overdue()
        .select_related(
            "unit__partner",
            "submission__partner",
            "submission__compartment",
            "version",
            "compartment",
        )
    )
    return get_object_or_404(sent, reference=reference), user
