"""Logs say where and what kind, never the values."""

import io
import logging

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DataError, IntegrityError, connection, transaction
from django.utils.module_loading import import_string

from impna.errors import NotNow
from impna.logs import Reticent, summary
from partners.models import User
from tests.factories.submissions import documenter

CANARY = "canary-4711@cso.example"


class Log:
    """A logger with the portal's own handler, filter and format, into memory."""

    def __init__(self) -> None:
        said = settings.LOGGING
        self._stream = io.StringIO()
        handler = logging.StreamHandler(self._stream)
        handler.setFormatter(logging.Formatter(said["formatters"]["plain"]["format"]))
        for name in said["handlers"]["stderr"]["filters"]:
            handler.addFilter(import_string(said["filters"][name]["()"])())
        self.logger = logging.Logger("try")  # noqa: LOG001 - of its own, outside the tree
        self.logger.addHandler(handler)

    @property
    def text(self) -> str:
        return self._stream.getvalue()


@pytest.fixture
def log() -> Log:
    return Log()


def failed_insert() -> Exception:
    """PostgreSQL's own words: DETAIL quotes the row."""
    user = documenter()
    try:
        with transaction.atomic():
            User.objects.create(email=user.email, partner=user.partner, display_name=CANARY)
    except IntegrityError as error:
        return error
    raise AssertionError


def test_the_exception_itself_would_have_told(db):
    error = failed_insert()
    assert "documenter@cso-one.example" in str(error)


def test_a_database_error_keeps_its_sqlstate_and_loses_the_row(db, log):
    try:
        raise failed_insert()
    except IntegrityError:
        log.logger.exception("Not saved.")
    assert "Not saved." in log.text
    assert "django.db.utils.IntegrityError SQLSTATE 23505" in log.text
    assert "psycopg.errors.UniqueViolation SQLSTATE 23505" in log.text
    assert "in failed_insert" in log.text
    for value in ("documenter@", "DETAIL", CANARY, "Key ("):
        assert value not in log.text


def test_an_error_given_as_an_argument_says_no_more(db, log):
    error = failed_insert()
    log.logger.error("Failed: %s", error)
    log.logger.error("Failed twice: %s and %s", error, "plain")
    assert log.text.count("SQLSTATE 23505") == 2
    assert "documenter@" not in log.text
    assert "plain" in log.text


def test_a_chain_of_errors_says_kinds_and_places_only(log):
    try:
        try:
            raise ValueError(CANARY)
        except ValueError as error:
            raise KeyError(CANARY) from error
    except KeyError:
        log.logger.exception("Two at once.")
    assert "builtins.ValueError" in log.text
    assert "builtins.KeyError" in log.text
    assert log.text.index("ValueError") < log.text.index("KeyError")
    assert CANARY not in log.text


def test_an_error_while_handling_another_is_told_as_well(log):
    try:
        try:
            raise ValueError(CANARY)
        finally:
            raise RuntimeError(CANARY)
    except RuntimeError:
        log.logger.exception("While handling.")
    assert "builtins.ValueError" in log.text
    assert CANARY not in log.text


def test_errors_that_point_at_each_other_end(log):
    one, two = ValueError(CANARY), ValueError(CANARY)
    one.__cause__, two.__cause__ = two, one
    log.logger.error("Round.", exc_info=one)
    assert log.text.count("builtins.ValueError") == 2


def test_decoders_do_not_print_their_input(log):
    try:
        CANARY.encode("utf-16").decode("utf-8")
    except UnicodeDecodeError:
        log.logger.exception("Not text.")
    assert "builtins.UnicodeDecodeError" in log.text
    assert "4711" not in log.text


def test_our_own_sentences_stay(log):
    for error in (NotNow("It is over."), ImproperlyConfigured("Set PORTAL_X.")):
        try:
            raise error
        except (NotNow, ImproperlyConfigured):
            log.logger.exception("Said.")
    assert "impna.errors.NotNow: It is over." in log.text
    assert "Set PORTAL_X." in log.text


def test_a_line_without_an_error_stays_as_it_is(log):
    log.logger.info("Started on %s with %d threads", "port", 4)
    log.logger.info("No arguments at all")
    assert "Started on port with 4 threads" in log.text
    assert "No arguments at all" in log.text


def test_exc_info_without_an_error_says_nothing(log):
    log.logger.error("Nothing wrong.", exc_info=True)  # noqa: LOG014 - that is the case
    assert "Nothing wrong." in log.text


def test_an_error_that_another_handler_has_written_out_is_still_reduced(log):
    record = log.logger.makeRecord("try", 40, "f", 1, "m", (), None)
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    logging.Formatter().format(record)
    assert CANARY in record.exc_text
    log.logger.handle(record)
    assert CANARY not in log.text


@pytest.mark.parametrize(
    ("statement", "state"),
    [
        ("SELECT 'canary-4711'::integer", "22P02"),
        ("SELECT 1/0", "22012"),
        ("SELECT * FROM canary_4711", "42P01"),
    ],
)
def test_every_database_error_is_its_state(db, statement, state):
    with pytest.raises(Exception) as caught, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)
    assert summary(caught.value).endswith(f"SQLSTATE {state}")
    assert summary(caught.value.__cause__).endswith(f"SQLSTATE {state}")


def test_a_database_error_of_django_itself_has_no_state():
    assert summary(DataError(CANARY)) == "django.db.utils.DataError SQLSTATE unknown"


def test_the_filter_keeps_every_record():
    assert Reticent().filter(logging.LogRecord("n", 40, "f", 1, "m", (), None))


def test_every_handler_has_the_filter():
    """A handler without it would print rows."""
    assert settings.LOGGING["handlers"]
    for handler in settings.LOGGING["handlers"].values():
        assert "reticent" in handler["filters"]
