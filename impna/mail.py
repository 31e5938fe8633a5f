"""Mail goes out here. Its words say that something waits and no more (R8)."""

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from redis import Redis

_MAILBOX = "impna:demo-mailbox"
_KEPT = 200


def send(*, to: str, subject: str, body: str) -> None:
    """Deliver one plain-text mail, or raise what the mail server answered."""
    message = EmailMessage(subject=subject, body=body, to=[to])
    mailers.default.send_messages([message])


class DemoMailbox(BaseEmailBackend):
    """Demo mode's mail: kept in the memory of the broker and shown on the demo page."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._memory = Redis.from_url(settings.REDIS_URL)

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """Keep the newest 200."""
        for message in messages:
            row = {
                "to": message.to[0],
                "subject": str(message.subject),
                "body": str(message.body),
                "at": timezone.now().isoformat(),
            }
            self._memory.lpush(_MAILBOX, json.dumps(row))
        self._memory.ltrim(_MAILBOX, 0, _KEPT - 1)
        return len(messages)


def demo_mailbox() -> list[dict[str, str]]:
    """What demo mode has sent, newest first."""
    memory = Redis.from_url(settings.REDIS_URL)
    return [json.loads(row) for row in memory.lrange(_MAILBOX, 0, -1)]
