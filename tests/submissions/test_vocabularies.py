"""Codes are for ever: whoever renames or removes one meets this file."""

import inspect
import re
from pathlib import Path

import pytest
from django.db import models

from submissions import (
    conduct,
    fact_vocabularies,
    offences,
    person_vocabularies,
    vocabularies,
)

GOLDEN = Path(__file__).parent / "data" / "codes.txt"


def lists_of(module):
    """The controlled lists a module defines itself."""
    return {
        name: list(found.values)
        for name, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, models.TextChoices) and found.__module__ == module.__name__
    }


LISTS = {
    "Offence": list(offences.BY_CODE),
    "Conduct": list(conduct.BY_CODE),
    "EuciMarking": list(vocabularies.EUCI_MARKINGS),
    **lists_of(offences),
    **lists_of(conduct),
    **lists_of(vocabularies),
    **lists_of(person_vocabularies),
    **lists_of(fact_vocabularies),
}


def test_every_code_ever_shipped_is_still_there():
    """A new code is a new line in the file; a line is never taken out."""
    shipped = [line for line in GOLDEN.read_text().splitlines() if not line.startswith("#")]
    assert len(shipped) == len(set(shipped))
    ours = {f"{name} {code}" for name, codes in LISTS.items() for code in codes}
    gone = sorted(set(shipped) - ours)
    assert not gone, f"Codes are never renamed or removed, only retired: {gone}"
    new = sorted(ours - set(shipped))
    assert not new, f"Add these lines to {GOLDEN.name}: {new}"


@pytest.mark.parametrize("name", sorted(set(LISTS) - {"Offence", "EuciMarking", "ModeOfLiability"}))
def test_every_code_is_a_short_plain_word(name):
    for code in LISTS[name]:
        assert re.fullmatch(r"[a-z][a-z0-9_]{,31}|H[0-3]|N?IAC", code)
    assert len(set(LISTS[name])) == len(LISTS[name])


MODULES = [offences, conduct, vocabularies, person_vocabularies, fact_vocabularies]


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_every_code_has_a_label_of_its_own_that_is_translated(module):
    for name in lists_of(module):
        kind = getattr(module, name)
        assert len({str(label) for label in kind.labels}) == len(kind.values)
        for member in kind:
            # An enum's `label` is the lazy string itself; only showing it makes it text.
            assert not isinstance(member._label_, str), f"{name}.{member.name}"
            assert str(member.label).strip() == str(member.label) != ""


def test_the_lists_are_as_long_as_their_page_says():
    lengths = {name: len(codes) for name, codes in LISTS.items()}
    assert lengths["EvidenceType"] == 35
    assert lengths["Derivation"] == 9
    assert lengths["Strand"] == 5
    assert lengths["CustodyEventType"] == 24
    assert lengths["HandlingCode"] == 4
    assert lengths["EuciMarking"] == 4
    assert lengths["ContentMarker"] == 8  # the page says 6; V6c and requirement 98 add one each
    assert lengths["BasisOfKnowledge"] == 6
    assert lengths["PersecutionGround"] == 8
    assert lengths["ConflictType"] == 4
    of_persons = {"PersonRole": 12, "PersonCategory": 6, "Involvement": 12, "ModeOfLiability": 10,
                  "PerpetratorType": 17, "Vulnerability": 13, "VictimStatus": 10, "Sex": 4,
                  "SourceConnection": 14}  # fmt: skip
    assert {name: lengths[name] for name in of_persons} == of_persons
