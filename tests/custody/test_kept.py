"""Opened headers are remembered for a minute, and no longer whether anyone reads or not."""

import time

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from custody.age import Opened
from custody.kept import KeptHeaders

OPENED = Opened(ChaCha20Poly1305(bytes(32)), 200, 0, 10)


def until(condition):
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def test_what_was_put_in_is_found_and_nothing_else():
    kept = KeptHeaders()
    kept.put("a", OPENED)
    assert kept.get("a") is OPENED
    assert kept.get("b") is None


def test_its_time_ends_it_and_memory_is_cleared_without_anyone_asking():
    kept = KeptHeaders(seconds=0.05)
    kept.put("a", OPENED)
    assert until(lambda: kept.get("a") is None)
    kept.put("b", OPENED)
    assert until(lambda: len(kept) == 0)
    kept.put("c", OPENED)
    assert until(lambda: len(kept) == 0)


def test_the_oldest_goes_when_there_are_too_many():
    kept = KeptHeaders(most=2)
    for name in "abc":
        kept.put(name, OPENED)
    assert [kept.get(name) for name in "abc"] == [None, OPENED, OPENED]


def test_what_is_dropped_is_gone_and_dropping_again_is_harmless():
    kept = KeptHeaders()
    kept.put("a", OPENED)
    kept.drop("a")
    kept.drop("a")
    assert kept.get("a") is None


def test_a_key_is_never_shown():
    assert "ChaCha" not in repr(OPENED)
