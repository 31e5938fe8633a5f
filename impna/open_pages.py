"""The pages that answer without a session. Everything else is closed by default (DESIGN 4)."""

OPEN = frozenset(
    {
        "help",
        "set-language",
        # For whoever holds a code: it stops new sharing without an account.
        "submissions:use-code",
        "gallery",
        "demo",
        # These authorise by an upload token, not by a session.
        "uploads",
        "upload",
        "segment-digests",
        "files-here",
        "plain-upload",
        # These need a session, and say themselves, in words, that it has ended.
        "enclose",
        "supply-redaction",
        "partners:sign-in",
        "partners:sign-in-code",
        "partners:lost-factor",
        "partners:new-factor",
        "partners:invitation",
        "partners:invitation-factor",
        "partners:forgotten",
        "partners:reset-password",
        "partners:apply",
    }
)

# Signed in, but before the terms are accepted.
BEFORE_TERMS = frozenset({"partners:terms", "partners:sign-out"}) | OPEN
