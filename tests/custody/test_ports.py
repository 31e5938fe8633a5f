"""Ports of uploads: who knows one does the step, and nobody is a fault."""

import pytest
from django.db import transaction

from custody import ports
from custody.models import Upload


@pytest.fixture
def port():
    return ports.UploadPort("example")


def test_who_knows_the_upload_does_the_step_and_nobody_after(port):
    asked = []

    def knows(name, answer):
        return lambda upload: asked.append(name) or answer

    for name, answer in (("first", False), ("second", True), ("third", True)):
        port.plug(knows(name, answer))
    port.call(Upload())
    assert asked == ["first", "second"]


def test_an_upload_that_nobody_knows_is_a_fault(port):
    port.plug(lambda upload: False)
    with pytest.raises(LookupError, match=r"custody\.ports\.example"):
        port.call(Upload())


@pytest.mark.parametrize("name", ["received", "examine", "unexamined"])
def test_nothing_plugged_refuses(name):
    with pytest.raises(LookupError, match=name):
        ports.UploadPort(name).call(Upload())


def test_the_same_function_twice_is_once(port):
    def counted(upload):
        calls.append(upload)
        return False

    calls = []
    port.plug(counted)
    port.plug(counted)
    with pytest.raises(LookupError):
        port.call(Upload())
    assert len(calls) == 1


def test_of_the_apps_above_nobody_takes_what_it_does_not_know(own_database, as_worker):
    with as_worker():
        for one in (ports.received, ports.examine, ports.unexamined):
            with pytest.raises(LookupError), transaction.atomic():
                one.call(Upload(pk=0))
