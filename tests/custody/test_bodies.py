"""Bodies come within their time and their size, over real sockets, or are refused in words."""

import io
import socket
import threading

import pytest
from django.core.handlers.wsgi import WSGIRequest

from custody import bodies
from custody.bodies import Busy, TooSlow, read_body
from impna.errors import TooLarge


@pytest.fixture
def line():
    """A sender's end and a request whose body comes through the other."""
    ours, theirs = socket.socketpair()
    stream = ours.makefile("rb")
    yield theirs, lambda length: request(stream, length, ours)
    for end in (stream, ours, theirs):
        end.close()


def request(stream, length, sock=None):
    environ = {
        "REQUEST_METHOD": "PATCH",
        "PATH_INFO": "/",
        "wsgi.input": stream,
        "gunicorn.socket": sock,
    }
    if length is not None:
        environ["CONTENT_LENGTH"] = str(length)
    made = WSGIRequest(environ | {"wsgi.input": io.BytesIO()})
    made.META["wsgi.input"] = stream
    return made


def test_a_body_arrives_in_as_many_pieces_as_it_likes(line):
    sender, asked = line
    pieces = [b"a" * 1000, b"b", b"c" * 70_000]
    thread = threading.Thread(target=lambda: [sender.sendall(piece) for piece in pieces])
    thread.start()
    assert read_body(asked(71_001), most=80_000) == b"".join(pieces)
    thread.join()


def test_a_sender_who_stalls_is_cut_off_at_the_deadline(line):
    sender, asked = line
    sender.sendall(b"half")
    with pytest.raises(TooSlow) as refusal:
        read_body(asked(8), most=100, within=0.1)
    assert refusal.value.status == 408
    assert "did not arrive in time" in str(refusal.value.reason)


def test_a_sender_who_drips_is_cut_off_as_well(line):
    sender, asked = line
    over = threading.Event()

    def drip():
        while not over.wait(0.02):
            try:
                sender.sendall(b"x")
            except OSError:
                return

    thread = threading.Thread(target=drip)
    thread.start()
    with pytest.raises(TooSlow):
        read_body(asked(10_000), most=20_000, within=0.2)
    over.set()
    thread.join()


def test_a_sender_who_goes_away_half_way_is_no_whole_body(line):
    sender, asked = line
    sender.sendall(b"half")
    sender.close()
    with pytest.raises(TooSlow):
        read_body(asked(8), most=100)


def test_too_much_is_refused_before_it_is_read_or_as_soon_as_it_is_too_much(line):
    _sender, asked = line
    with pytest.raises(TooLarge):
        read_body(asked(101), most=100)
    with pytest.raises(TooLarge):
        read_body(request(io.BytesIO(b"x" * 101), None), most=100)
    assert read_body(request(io.BytesIO(b"x" * 100), None), most=100) == b"x" * 100


def test_so_many_bodies_at_once_and_no_more():
    places = [bodies.a_place() for _one in range(bodies.IN_FLIGHT)]
    for place in places:
        place.__enter__()
    try:
        with pytest.raises(Busy) as refusal, bodies.a_place():
            pytest.fail("there is no place left")
        assert (refusal.value.status, refusal.value.retry_after) == (503, 5)
    finally:
        for place in places:
            place.__exit__(None, None, None)
    with bodies.a_place():
        pass
