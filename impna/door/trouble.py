"""Why a command cannot go on, in words for the person who typed it."""


class Trouble(Exception):
    """Ends the command with exit status 1 and these words, never a traceback."""


class StopRequested(BaseException):
    """Someone pressed Ctrl-C or asked for the end; not an error, so not an Exception."""
