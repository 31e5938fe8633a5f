"""Views that do what a view must be able to do wrong without harm."""

from django.db import connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.urls import path
from django.utils import timezone

from impna.errors import NotNow
from impna.marks import as_secretariat, own_transactions
from impna.urls import *  # noqa: F403
from impna.urls import urlpatterns as real
from partners.models import Throttle


def write():
    Throttle.objects.create(key_digest=str(timezone.now()).encode())


def acting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.uid', true), current_user")
        return cursor.fetchone()


def writes(request):
    write()
    return HttpResponse("saved")


def raises(request):
    write()
    raise ZeroDivisionError


def refuses(request):
    write()
    raise NotNow("Not now, for the test.")


def answers_500(request):
    write()
    return HttpResponse(status=500)


def fails_at_commit(request):
    write()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE later (x int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        cursor.execute("INSERT INTO later VALUES (1), (1)")
    return HttpResponse("looked saved")


def renders_late(request):
    template = engines["django"].from_string("{% for x in who %}{{ x }} {% endfor %}")

    def late():
        yield from acting()

    return SimpleTemplateResponse(template, {"who": late()})


@as_secretariat
def as_role(request):
    return HttpResponse(" ".join(acting()))


@own_transactions
def streams(request):
    def pieces():
        yield "open" if connection.in_atomic_block else "none"

    return StreamingHttpResponse(pieces())


@own_transactions
def own(request):
    return HttpResponse("open" if connection.in_atomic_block else "none")


def afterwards(request):
    def broken():
        raise OSError("broker away")

    write()
    transaction.on_commit(broken, robust=True)
    return HttpResponse("saved")


VIEWS = (
    writes,
    raises,
    refuses,
    answers_500,
    fails_at_commit,
    renders_late,
    as_role,
    streams,
    own,
    afterwards,
)
urlpatterns = [*real, *(path(f"try/{view.__name__}/", view) for view in VIEWS)]
