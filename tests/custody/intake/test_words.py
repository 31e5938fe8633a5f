"""Every code has one sentence, and every sentence its code."""

import typing

import pytest

from custody.intake import clamd, findings, words
from custody.intake.findings import Findings, Note, NotFindings, text


def test_every_note_has_a_sentence_with_its_parameters() -> None:
    assert set(words.NOTES) == set(findings.NOTES)
    for code, names in findings.NOTES.items():
        said = words.say(Note(code, {name: f"<{name}>" for name in names}))
        assert said.endswith(".")
        assert "%" not in said
        assert all(f"<{name}>" in said for name in names)


def test_every_failure_and_reason_has_a_sentence() -> None:
    assert set(words.FAILURES) == findings.FAILURES
    assert all(words.say_failure(code).endswith(".") for code in findings.FAILURES)
    reasons = set(typing.get_args(clamd.Reason.__value__)) - {""}
    assert set(words.NOT_SCANNED) == reasons | {"examination_failed"}
    assert all(words.say_not_scanned(reason).endswith(".") for reason in reasons)
    assert words.say_not_scanned("unheard") == "This file was not scanned."


@pytest.mark.parametrize(
    "broken",
    ["", "null", "[]", "{}", '{"version":2}', "[" * 100_000, '{"version":1,"results":{"A":1}}'],
)
def test_what_an_examination_did_not_write_is_refused(broken: str) -> None:
    with pytest.raises(NotFindings):
        Findings.from_json(broken)


def test_findings_without_anything_are_findings() -> None:
    assert Findings.from_json(Findings().to_json()) == Findings(notes=[], measures=[], missing=[])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("plain", "plain"),
        (b"caf\xc3\xa9\0\0", "café"),
        (b"\xff", "\ufffd"),
        ("a\u202eb\x07c\u2028d", "a\\u202eb\\u0007c\\u2028d"),
        ("نام\u200cها", "نام\u200cها"),
        ("x" * 600, "x" * 500 + "…"),
        ("\ud800", "\\ud800"),
        (7, "7"),
    ],
)
def test_what_a_file_says_is_made_safe_to_show(written: object, shown: str) -> None:
    assert text(written) == shown
    findings.facts({"name": text(written)})
