"""What the apps above plug in, stood in for."""

import pytest

from submissions import ports


@pytest.fixture
def withdrawals(monkeypatch) -> list[tuple[object, object, str]]:
    """Who was told of which withdrawal: what the recipients' side would do is not this app's."""
    told: list[tuple[object, object, str]] = []
    listen = [lambda submission, by, reason: told.append((submission, by, reason))]
    monkeypatch.setattr(ports.withdrawn, "_functions", listen)
    return told
