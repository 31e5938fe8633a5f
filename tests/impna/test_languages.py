"""Arabic is a draft to look at the layout with: offered outside production, and of labels only."""

import ast
import re
from gettext import GNUTranslations

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from impna.templatetags import portal
from submissions import declarations
from submissions.models import Declaration
from tests.factories.cases import referred

FOLDER = settings.BASE_DIR / "impna" / "locale" / "ar" / "LC_MESSAGES"
NAMES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
TAGS = re.compile(r"<[^>]+>")


def entries() -> dict[str, list[str]]:
    """Each msgid of the .po, its plural among them, with what it is translated to."""
    found: dict[str, list[str]] = {}
    for block in (FOLDER / "django.po").read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        said = [line.partition(" ") for line in lines if not line.startswith('"')]
        texts = [(key, ast.literal_eval(text)) for key, _space, text in said]
        message = dict(texts).pop("msgid")
        if message:
            found[message] = [text for key, text in texts if key.startswith("msgstr")]
            if plural := dict(texts).get("msgid_plural"):
                found[plural] = found[message]
    return found


def catalogue() -> GNUTranslations:
    """What Django reads."""
    with (FOLDER / "django.mo").open("rb") as file:
        return GNUTranslations(file)


def languages_when(**changed: object) -> list[tuple[str, object]]:
    """The languages that the settings' own lines give with another value of PRODUCTION."""
    tree = ast.parse((settings.BASE_DIR / "impna" / "settings.py").read_text())
    lines = [
        line
        for line in tree.body
        if isinstance(line, ast.Assign)
        and ast.unparse(line.targets[0]) in ("DRAFT_LANGUAGES", "LANGUAGES")
    ]
    known: dict[str, object] = {"_": str} | changed
    exec(compile(ast.Module(lines, []), "settings", "exec"), known)  # noqa: S102 - our own
    return known["LANGUAGES"]  # type: ignore[return-value]


# --- Where it is offered


def test_arabic_is_offered_outside_production_only() -> None:
    assert [code for code, _name in settings.LANGUAGES] == ["en", "ar"]
    # Production does not start yet, so that its settings cannot be imported.
    assert languages_when(PRODUCTION=False) == [("en", "English"), ("ar", "العربية")]
    assert languages_when(PRODUCTION=True) == [("en", "English")]


def test_the_choice_names_each_language_in_itself_and_says_draft(db) -> None:
    page = Client().get("/sign-in/").content.decode()
    assert re.search(r'value="en"[^>]*><span lang="en">English</span></button>', page)
    assert re.search(r'value="ar"[^>]*><span lang="ar">العربيّة</span> \(draft\)</button>', page)


def test_choosing_it_turns_the_page_and_choosing_back_turns_it_back(db) -> None:
    client = Client()
    answer = client.post(
        "/language/", {"language": "ar"}, headers={"referer": "http://testserver/sign-in/"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    page = client.get("/sign-in/").content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert "تسجيل الدخول" in page
    client.post("/language/", {"language": "en"})
    assert '<html lang="en" dir="ltr">' in client.get("/sign-in/").content.decode()


def test_one_language_is_no_choice(db, settings) -> None:
    settings.LANGUAGES = [("en", "English")]
    assert 'name="language"' not in Client().get("/help/").content.decode()


# --- What is in the catalogue


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    made = catalogue()._catalog  # type: ignore[attr-defined]
    compiled: dict[str, set[str]] = {}
    for message, text in made.items():
        if message:
            key = message[0] if isinstance(message, tuple) else message
            compiled.setdefault(key, set()).add(text)
    source = {message: set(texts) for message, texts in entries().items()}
    assert compiled == {message: source[message] for message in compiled}
    assert {frozenset(texts) for texts in source.values()} == {
        frozenset(texts) for texts in compiled.values()
    }


def test_every_translation_keeps_placeholders_and_tags() -> None:
    found = entries()
    assert len(found) > 150
    wrong = {
        message
        for message, texts in found.items()
        for text in texts
        if set(NAMES.findall(message)) != set(NAMES.findall(text))
        or sorted(TAGS.findall(message)) != sorted(TAGS.findall(text))
        or not text.strip()
    }
    assert wrong == set()


def test_the_source_says_that_it_is_a_draft_and_keeps_nothing_unsure() -> None:
    text = (FOLDER / "django.po").read_text()
    assert "draft" in text.partition("msgid")[0]
    assert "fuzzy" not in text
    assert "#~" not in text


@pytest.mark.parametrize(("days", "words"), [(1, "غدًا"), (3, "خلال 3 أيام"), (11, "خلال 11 يومًا")])
def test_dates_are_said_in_arabic(days: int, words: str) -> None:
    with translation.override("ar"):
        assert portal.far(days) == words


# --- What is not


def test_what_is_signed_stays_english(db) -> None:
    signed = {str(sentence) for sentence in declarations.WORDS}
    assert not signed & set(entries())
    with translation.override("ar"):
        assert {str(sentence) for sentence in declarations.WORDS} == signed


def test_a_hand_over_in_arabic_signs_the_same_words(db) -> None:
    english = declarations.digest()
    with translation.override("ar"):
        assert declarations.digest() == english
        referral = referred()
    declaration = Declaration.objects.get(version=referral.version)
    assert declaration.words == english
