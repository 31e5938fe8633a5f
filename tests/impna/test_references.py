"""References people read aloud."""

from hypothesis import given
from hypothesis import strategies as st

from impna.references import ALPHABET, new_reference, read_reference, show_reference


def test_a_reference_survives_being_written_and_read():
    reference = new_reference()
    assert read_reference(show_reference(reference)) == reference
    assert read_reference(show_reference(reference).lower()) == reference


def test_look_alikes_are_read_as_what_was_meant():
    body = "0123456789AB"
    reference = next(body + c for c in ALPHABET if read_reference(body + c))
    assert read_reference(reference.replace("0", "O").replace("1", "l")) == reference


@given(st.integers(0, 12), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(place, wrong):
    reference = new_reference()
    changed = reference[:place] + wrong + reference[place + 1 :]
    assert (read_reference(changed) is None) == (changed != reference)


@given(st.text(max_size=20))
def test_anything_else_is_no_reference(text):
    result = read_reference(text)
    assert result is None or len(result) == 13


def test_references_are_not_guessable_from_one_another():
    assert len({new_reference() for _ in range(1000)}) == 1000
