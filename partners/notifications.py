"""The sentences of the inbox. Apps above register their own codes at start-up."""

from impna.errors import Sentence

_SENTENCES: dict[str, Sentence] = {}


def register(sentences: dict[str, Sentence]) -> None:
    """Add codes and their sentences; a code means one thing."""
    clash = {code for code, words in sentences.items() if _SENTENCES.get(code, words) != words}
    if clash:
        raise LookupError(f"These codes have a sentence already: {sorted(clash)}.")
    _SENTENCES.update(sentences)


def sentence(code: str) -> Sentence:
    """What the inbox says; KeyError for a code nobody registered."""
    return _SENTENCES[code]
