"""What the apps above plug in, stood in for."""

import pytest

from submissions import ports


@pytest.fixture
def withdrawals(monkeypatch) -> list[tuple[object, object]]:
    """Who was told of which withdrawal: what the recipients' side would do is not this app's."""
    told: list[tuple[object, object]] = []
    listen = [lambda submission, by: told.append((submission, by))]
    monkeypatch.setattr(ports.withdrawn, "_functions", listen)
    return told
