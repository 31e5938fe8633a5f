"""The ground of the pages: components, fields, other people's words, pages about failure."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django import forms
from django.template import TemplateSyntaxError, engines
from django.template.loader import render_to_string
from django.utils import translation

from impna import gallery, widgets
from impna.templatetags import portal

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NOW = dt.datetime(2026, 11, 9, 23, 30, tzinfo=dt.UTC)


def draw(source: str, **context: object) -> str:
    return engines["django"].from_string("{% load portal %}" + source).render(context)


# --- Other people's words


@pytest.mark.parametrize("kind", sorted(gallery.HOSTILE))
def test_a_name_is_isolated_and_escaped(kind: str) -> None:
    shown = draw("{{ text|name }}", text=gallery.HOSTILE[kind])
    assert shown.startswith('<bdi class="p-name" dir="auto">')
    assert shown.endswith("</bdi>")
    assert "<script" not in shown
    assert not portal.UNSEEN.search(shown)


def test_a_reversed_name_shows_what_reverses_it() -> None:
    shown = draw("{{ text|name }}", text="example\u202egpj.exe")
    assert "example" in shown
    assert '<span class="p-char">U+202E</span>gpj.exe' in shown


def test_marks_that_arabic_and_persian_need_stay() -> None:
    word = "می\u200cخواهم\u200f"
    assert word in draw("{{ text|name }}", text=word)


def test_references_and_digests_read_from_left_to_right() -> None:
    assert draw("{{ r|ref }}", r="7K3F-9Q2M") == '<bdi class="p-ref" dir="ltr">7K3F-9Q2M</bdi>'
    shown = draw("{{ d|digest }}", d=gallery.DIGEST)
    assert "a8f0 33c2 … 9e17" in shown
    assert gallery.DIGEST in draw("{{ d|whole_digest }}", d=gallery.DIGEST).replace(" ", "")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0\u00a0bytes"),
        (999, "999\u00a0bytes"),
        (1000, "1.0\u00a0kB"),
        (162_400, "162\u00a0kB"),
        (999_600, "1.0\u00a0MB"),
        (4_200_000, "4.2\u00a0MB"),
        (5_000_000_000_000, "5.0\u00a0TB"),
    ],
)
def test_sizes_count_in_thousands(count: int, words: str) -> None:
    assert words in draw("{{ n|size }}", n=count)


# --- Dates


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-40, "40 days ago"),
        (-1, "yesterday"),
        (0, "today"),
        (1, "tomorrow"),
        (13, "in 13 days"),
        (14, "in 2 weeks"),
        (27, "in 3 weeks"),
        (177, "in 5 months"),
        (730, "in 1 year"),
    ],
)
def test_a_date_never_seems_farther_than_it_is(days: int, words: str) -> None:
    assert portal.far(days) == words


def test_a_date_says_itself_and_its_distance() -> None:
    shown = draw("{% when day %}.", day=dt.date(2026, 11, 12), now=NOW)
    assert re.sub("<[^>]+>", "", shown) == "12 Nov 2026 · in 3 days."
    assert 'datetime="2026-11-12"' in shown


def test_only_a_missed_deadline_is_late() -> None:
    day = dt.date(2026, 11, 8)
    assert "p-date--late" in draw("{% when day deadline=True %}", day=day, now=NOW)
    assert "p-date--late" not in draw("{% when day %}", day=day, now=NOW)
    assert "p-date--late" not in draw("{% when day deadline=True %}", day=NOW, now=NOW)


def test_a_moment_says_its_zone() -> None:
    assert "9 Nov 2026, 23:30 UTC" in draw("{% when at time=True distance=False %}", at=NOW)


def test_no_date_is_no_markup() -> None:
    assert draw("{% when none %}", none=None) == ""


# --- Components


def test_a_status_of_unknown_colour_is_refused() -> None:
    assert 'class="p-tag p-tag--good">Active</span>' in draw("{% status 'Active' 'good' %}")
    with pytest.raises(TemplateSyntaxError):
        draw("{% status 'Active' 'green' %}")


def test_a_component_sees_what_it_is_given_and_nothing_else() -> None:
    notice = "{% component 'notice' text=text %}<p>{{ heading }}</p>{% endcomponent %}"
    shown = draw(notice, text="<b>", heading="of the page")
    assert "&lt;b&gt;" in shown
    assert "<p>of the page</p>" in shown
    assert "<h2>" not in shown


def test_an_empty_block_leaves_no_element() -> None:
    assert draw("{% wrap 'p' 'p-lead' %}  {% endwrap %}") == ""
    assert draw("{% wrap 'p' 'p-lead' %}x{% endwrap %}") == '<p class="p-lead">x</p>'


TABLE = (
    "{% table caption='By next date.' empty='None applied yet.' %}"
    "{% column 'Partner' %}{% column 'Waits on, until' short='Waits on' %}"
    "{% column 'Notes' unit=True %}"
    "{% for name in names %}{% row %}{% cell %}{{ name }}{% endcell %}{% cell %}You{% endcell %}"
    "{% cell %}n{% endcell %}{% endrow %}{% endfor %}{% endtable %}"
)


def test_a_table_keeps_roles_and_labels_for_phones() -> None:
    shown = draw(TABLE, names=["<i>A</i>"])
    assert '<th scope="row" role="rowheader">&lt;i&gt;A&lt;/i&gt;</th>' in shown
    assert '<td role="cell" data-label="Waits on"><div>You</div></td>' in shown
    assert '<td role="cell" class="p-unit" data-label="Notes">' in shown
    assert shown.count('role="columnheader"') == 3
    assert "<caption>By next date.</caption>" in shown


def test_a_table_without_rows_says_so() -> None:
    shown = draw(TABLE, names=[])
    assert "None applied yet." in shown
    assert "<table" not in shown


@pytest.mark.parametrize(
    "source",
    [
        "{% table %}{% column 'A' %}{% row %}{% cell %}1{% endcell %}{% cell %}2{% endcell %}"
        "{% endrow %}{% endtable %}",
        "{% row %}{% endrow %}",
        "{% column 'A' %}",
        "{% cell %}{% endcell %}",
        "{% table 'By next date' %}{% endtable %}",
    ],
)
def test_a_table_put_together_wrongly_is_refused(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        draw(source)


def test_every_waiting_row_has_an_owner() -> None:
    shown = draw(
        "{% include 'components/waiting.html' %}", items=gallery.waiting(), now=gallery.NOW
    )
    assert shown.count("Waits on") == 3
    assert "<strong>you</strong>" in shown


# --- Fields


class Finding(forms.Form):
    reason = forms.CharField(
        label="Reason", help_text="Kept <in> the log.", required=False, max_length=3
    )
    code = forms.CharField(label="Code", widget=widgets.OneTimeCodeInput)
    finding = forms.ChoiceField(
        label="Finding",
        choices=[("a", "Confirm"), ("b", "Refuse")],
        widget=widgets.RadioSelect(hints={"b": "The unit is told the reason"}),
    )
    until = forms.DateField(label="Until", widget=widgets.DateInput, initial=dt.date(2026, 11, 12))
    listed = forms.BooleanField(label="Listed", required=False)

    def clean(self) -> None:
        raise forms.ValidationError("Nothing was changed.")


def test_fields_carry_label_hint_and_choice_hints() -> None:
    shown = str(Finding())
    assert (
        '<label class="p-field__label" for="id_reason">Reason <span class="p-optional">(optional)'
        in shown
    )
    assert 'aria-describedby="id_reason_helptext"' in shown
    assert "Kept &lt;in&gt; the log." in shown
    assert '<label class="p-field__label" for="id_code">Code</label>' in shown
    assert '<legend class="p-field__label">Finding</legend>' in shown
    assert 'aria-describedby="id_finding_1_hint"' in shown
    assert 'id="id_finding_1_hint">The unit is told the reason' in shown
    assert shown.count("(optional)") == 1


def test_the_one_time_code_can_be_filled_in_and_pasted() -> None:
    shown = str(Finding()["code"])
    assert 'autocomplete="one-time-code"' in shown
    assert 'inputmode="numeric"' in shown
    assert "maxlength" not in shown


def test_dates_travel_in_iso_in_every_language() -> None:
    with translation.override("ar"):
        assert 'type="date"' in str(Finding()["until"])
        assert 'value="2026-11-12"' in str(Finding()["until"])


def test_a_refused_field_says_why_beside_itself() -> None:
    shown = str(Finding({"reason": "too long"}))
    assert 'aria-invalid="true" aria-describedby="id_reason_helptext id_reason_error"' in shown
    assert '<div class="p-error" id="id_reason_error"><p><span class="p-sr">Error: </span>' in shown
    assert '<fieldset aria-describedby="id_finding_error">' in shown
    assert "Nothing was changed." in shown


def test_the_summary_links_to_every_field_and_is_not_repeated() -> None:
    form = Finding({"reason": "too long"})
    shown = draw("{% error_summary %}", form=form)
    for target in ("id_reason", "id_code", "id_finding_0", "id_until"):
        assert f'href="#{target}"' in shown
        assert f'id="{target}"' in str(form)
    assert 'role="alert"' in shown
    assert "Nothing was changed." in shown
    assert "Nothing was changed." not in str(form)


def test_no_summary_without_a_refusal() -> None:
    for given in ({}, {"form": Finding()}, {"form": "not a form"}):
        assert "p-errors" not in draw("{% error_summary %}", **given)


def test_a_form_component_carries_the_token() -> None:
    source = "{% component 'form' form=form label='Send' %}{% endcomponent %}"
    shown = draw(source, form=Finding(), csrf_token="token")
    assert 'name="csrfmiddlewaretoken" value="token"' in shown
    assert "novalidate" in shown


# --- Whole pages


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize(("language", "way"), [("en", "ltr"), ("ar", "rtl")])
def test_the_gallery_draws_both_ways(language: str, way: str, *, refused: bool) -> None:
    with translation.override(language):
        shown = render_to_string("gallery.html", gallery.contents(refused=refused))
        error = translation.gettext("Error:")
    assert f'<html lang="{language}" dir="{way}">' in shown
    assert (f"<title>{error}" in shown) is refused
    identifiers = re.findall(r'\bid="([^"]+)"', shown)
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("status", sorted(gallery.ERRORS))
def test_every_failure_has_a_page(status: str) -> None:
    shown = render_to_string(f"errors/{status}.html", gallery.ERRORS[status])
    assert shown.count("<h1>") == 1
    for sentence in gallery.ERRORS[status].values():
        if isinstance(sentence, str):
            assert sentence in shown


def test_hidden_and_unknown_look_the_same() -> None:
    assert render_to_string("errors/404.html", {"reason": "It is hidden."}) == render_to_string(
        "errors/404.html"
    )


def test_the_page_about_our_failure_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: str) -> str:
        raise ValueError(path)

    monkeypatch.setattr(portal, "static", broken)
    shown = render_to_string("errors/500.html")
    assert "<h1>" in shown
    assert "<link" not in shown


# --- Promises of all templates, ours and those still to come


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda p: p.relative_to(ROOT / "templates").as_posix()
)
def test_nothing_inline_that_the_policy_refuses(path: Path) -> None:
    text = path.read_text()
    assert not re.search(
        r"\sstyle\s*=|<style|\son\w+\s*=|\shx-on|javascript:|data:[a-z]+/|js:", text
    )
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"(?:href|src|action)\s*=\s*[\"']?(?:https?:)?//", text)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "static" / "css").glob("*.css")), ids=lambda p: p.name
)
def test_our_style_sheets_fetch_nothing_and_know_no_left_or_right(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"url\(|@import|@font-face", text)
    assert not re.search(r"(?:margin|padding|border)-(?:left|right|top|bottom)\b", text)
    assert not re.search(
        r"(?:^|[;{\s])(?:left|right|top|bottom|width|height|min-width|min-height)\s*:", text
    )
    assert not re.search(r"(?:text-align|float)\s*:\s*(?:left|right)", text)


def test_every_icon_asked_for_is_in_the_sprite() -> None:
    sprite = (ROOT / "static" / "vendor" / "ecl" / "icons.svg").read_text()
    asked = {
        name
        for path in TEMPLATES
        for name in re.findall(r"{%\s*icon\s+\"([\w-]+)\"|\bicon=\"([\w-]+)\"", path.read_text())
        for name in name
        if name
    }
    assert asked
    for name in asked:
        assert f'id="{name}"' in sprite
