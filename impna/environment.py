"""Settings come from the environment and fail at start with a sentence (house rule 31)."""

import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MODES = ("demo", "test", "production")
_MISSING = "{name} is not set. {hint}"


def text(name: str, hint: str, default: str | None = None) -> str:
    """The value of `name`, or `default`; without either, stop with a sentence that says what to set."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(_MISSING.format(name=name, hint=hint))
    return value


def number(name: str, hint: str, default: int, least: int = 0) -> int:
    """A whole number, at least `least`, without a unit."""
    value = text(name, hint, str(default))
    if not (value.isascii() and value.isdecimal() and int(value) >= least):
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it must be a whole number of at least {least}, without a unit."
        )
    return int(value)


def several(name: str, hint: str, *, known: Sequence[str], default: str) -> list[str]:
    """Words of `known` with spaces or commas between them, in their own order."""
    words = set(text(name, hint, default).replace(",", " ").split())
    if not words <= set(known):
        raise ImproperlyConfigured(
            f"{name} is {' '.join(sorted(words))!r}; it may have {', '.join(known)}."
        )
    return [word for word in known if word in words]


def _address(url: str, name: str) -> SplitResult:
    """An address in its parts; what is none, or has no real port, is refused without quoting it."""
    try:
        parts = urlsplit(url)
        usable = parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ImproperlyConfigured(
            f"{name} is no address: its port must be a number from 1 to 65535, and special"
            " characters of a password must be written as %2F and the like."
        )
    return parts


def mode() -> str:
    """One of MODES."""
    value = text("PORTAL_MODE", "Set it to demo, test or production, or start through ./portal.")
    if value not in MODES:
        raise ImproperlyConfigured(
            f"PORTAL_MODE is {value!r}; it must be demo, test or production."
        )
    return value


def origin(name: str, hint: str, *, secure: bool) -> str:
    """A scheme and host without path, as browsers write it in the Origin header."""
    parts = _address(text(name, hint), name)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ImproperlyConfigured(f"{name} must look like https://portal.example, without a path.")
    if secure and parts.scheme != "https":
        raise ImproperlyConfigured(f"{name} must begin with https:// in production.")
    return f"{parts.scheme}://{parts.netloc}"


def secret(name: str, hint: str) -> str:
    """The content of the private file that `name` points to; at least 50 characters."""
    path = Path(text(name, hint))
    try:
        value = path.read_text(encoding="ascii").strip()
        readable_by_others = stat.S_IMODE(path.stat().st_mode) & 0o077
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"{name} points to a file that cannot be read. {hint}"
        ) from error
    if len(value) < 50:
        raise ImproperlyConfigured(f"The file {name} points to is too short: 50 random characters.")
    if readable_by_others:
        raise ImproperlyConfigured(f"Others may read the file {name} points to: chmod 600 it.")
    return value


def directory(name: str, hint: str) -> Path:
    """An existing directory."""
    path = Path(text(name, hint))
    if not path.is_dir():
        raise ImproperlyConfigured(f"{name} is not a folder that exists. {hint}")
    return path


def database(url: str, name: str) -> dict[str, object]:
    """A Django database entry from postgresql://role:password@host:port/name or ?host=/socket/folder."""
    parts = _address(url, name)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            f"{name} must be postgresql://role:password@host:port/database; only PostgreSQL will do."
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if not query.get("port", "5432").isdecimal():
        raise ImproperlyConfigured(f"{name} has a port that is no number.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": query,
    }


def broker(name: str, hint: str) -> str:
    """A redis:// address with a password: an open broker was a finding in three peers' audits."""
    url = text(name, hint)
    if not re.match(r"rediss?://", url):
        raise ImproperlyConfigured(f"{name} must begin with redis:// or rediss://.")
    if not _address(url, name).password:
        raise ImproperlyConfigured(f"{name} has no password; the broker must ask for one.")
    return url


def mail(name: str, hint: str, *, demo: bool) -> dict[str, object]:
    """A MAILERS entry from smtp://, smtp+tls:// or smtps:// — or memory: for demo and tests."""
    parts = _address(text(name, hint), name)
    if parts.scheme == "memory":
        if demo:
            return {"BACKEND": "impna.mail.DemoMailbox"}
        if mode() == "test":
            return {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
        raise ImproperlyConfigured(f"{name}=memory: is for demo and tests; name a mail relay.")
    if parts.scheme not in ("smtp", "smtp+tls", "smtps") or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must look like smtp+tls://user:password@host:587.")
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": parts.port or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": parts.scheme == "smtp+tls",
            "use_ssl": parts.scheme == "smtps",
            "timeout": 20,
        },
    }
