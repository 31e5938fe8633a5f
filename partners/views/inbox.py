"""What a person was told: the list, newest first, and following one where it leads."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from impna.references import read_reference
from partners.actions import notifications
from partners.forms import MailForm
from partners.models import MailSetting, Notification, User
from partners.models.notifications import MailWhen
from partners.notifications import sentence

PAGE = 25


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Newest first, all or those not looked at, a page at a time."""
    user = _user(request)
    found = Notification.objects.visible_to(user).order_by("-id")
    before = read_reference(request.GET.get("before", "")) or ""
    last = found.filter(reference=before).first() if before else None
    show = "new" if request.GET.get("show") == "new" else ""
    if show:
        found = found.unseen()
    if last is not None:
        found = found.filter(pk__lt=last.pk)
    rows = list(found[: PAGE + 1])
    context = {
        "rows": [(one, sentence(one.code)) for one in rows[:PAGE]],
        "older": rows[PAGE - 1].reference if len(rows) > PAGE else "",
        "later_page": last is not None,
        "show": show,
        "filters": [
            {"label": label, "url": f"?show={code}" if code else "?", "current": code == show}
            for code, label in (("", _("All")), ("new", _("New")))
        ],
    }
    return render(request, "partners/inbox.html", context)


@require_POST
def follow(request: HttpRequest, reference: str) -> HttpResponse:
    """Mark it seen and go where it leads."""
    user = _user(request)
    visible = Notification.objects.visible_to(user)
    found: Notification = get_object_or_404(visible, reference=reference)
    notifications.mark_seen(notifications=[found], by=user)
    return redirect(found.path)


@require_POST
def mark_all_seen(request: HttpRequest) -> HttpResponse:
    """All that were there when the page was made; what has come since stays new."""
    user = _user(request)
    found = Notification.objects.visible_to(user).unseen()
    newest = read_reference(request.POST.get("newest", "")) or ""
    last = Notification.objects.visible_to(user).filter(reference=newest).first()
    seen = found.filter(pk__lte=last.pk) if last is not None else found.none()
    notifications.mark_seen(notifications=seen, by=user)
    messages.success(request, _("All of them are marked as seen."))
    return redirect("partners:inbox")


@require_http_methods(["GET", "POST"])
def choose_mail(request: HttpRequest) -> HttpResponse:
    """When mail says that something waits."""
    user = _user(request)
    form = MailForm(request.POST or None, initial={"when": mail_when(user)})
    if request.method == "POST" and form.is_valid():
        notifications.choose_mail(when=form.cleaned_data["when"], by=user)
        messages.success(request, _("Saved."))
        return redirect("partners:account")
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "partners/choose_mail.html", {"form": form}, status=status)


def mail_when(user: User) -> Any:
    """As it is chosen; without a choice, at once."""
    setting = MailSetting.objects.filter(user=user).first()
    return MailWhen(setting.when) if setting else MailWhen.IMMEDIATE


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user
