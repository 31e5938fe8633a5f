"""What every page shares: components with a body, tables, dates, other people's words.

`{% load portal %}`; the gallery (templates/gallery.html) shows each in use.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

register = template.Library()

KINDS = ("", "info", "good", "wait", "stop", "open")


# --- Components with a body --------------------------------------------------------------------


@register.simple_block_tag(takes_context=True, end_name="endcomponent")
def component(
    context: Context, content: SafeString, template_name: str, **given: Any
) -> SafeString:
    """`{% component "notice" kind="wait" heading=_("…") %}…{% endcomponent %}`.

    The template sees what it is given and `content`, and nothing else of the page.
    """
    return _render(context, template_name, {**given, "content": content.strip() and content})


@register.simple_block_tag(end_name="endwrap")
def wrap(content: SafeString, tag: str, css_class: str) -> SafeString:
    """The element around a block that pages may leave empty; no empty element then."""
    if not content.strip():
        return SafeString("")
    element = SafeString(tag)  # written in a template of ours
    return format_html('<{0} class="{1}">{2}</{0}>', element, css_class, content)


def _render(context: Context, template_name: str, given: Mapping[str, Any]) -> SafeString:
    assert context.template is not None
    found = context.template.engine.get_template(f"components/{template_name}.html")
    inner = context.new(dict(given))
    for shared in ("csrf_token", "request"):
        if shared in context:
            inner[shared] = context[shared]
    # No line break at the end: a full stop may follow.
    return SafeString(found.render(inner).strip())


# --- Tables ------------------------------------------------------------------------------------

TABLE = "_table"


class TableNode(Node):
    """Columns are named once, before the rows; cells find label and role by their place."""

    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: NodeList, given: dict[str, FilterExpression]) -> None:
        self.nodelist, self.given = nodelist, given

    def render(self, context: Context) -> SafeString:
        given = {name: value.resolve(context) for name, value in self.given.items()}
        columns: list[dict[str, Any]] = []
        with context.push(**{TABLE: columns}):
            rows = self.nodelist.render(context)
        if columns and not any(column["head"] for column in columns):
            columns[0]["head"] = True
        return _render(
            context, "table", {**given, "columns": columns, "rows": SafeString(rows.strip())}
        )


class RowNode(Node):
    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: NodeList, given: dict[str, FilterExpression]) -> None:
        self.nodelist, self.given = nodelist, given

    def render(self, context: Context) -> SafeString:
        columns = context.get(TABLE)
        if columns is None:
            raise template.TemplateSyntaxError("{% row %} stands inside {% table %}.")
        if columns and not any(column["head"] for column in columns):
            columns[0]["head"] = True
        given = {name: value.resolve(context) for name, value in self.given.items()}
        with context.push(_cells=iter(columns)):
            cells = self.nodelist.render(context)
        ident = format_html(' id="{}"', given["id"]) if given.get("id") else ""
        return format_html('<tr role="row"{}>{}</tr>', ident, SafeString(cells))


class CellNode(Node):
    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        column = next(context.get("_cells") or iter(()), None)
        if column is None:
            raise template.TemplateSyntaxError("More {% cell %} than {% column %}.")
        content = SafeString(self.nodelist.render(context).strip())
        css = "p-unit" if column["unit"] else "p-narrow" if column["hidden"] else ""
        unit = format_html(' class="{}"', css) if css else ""
        if column["head"]:
            return format_html('<th scope="row" role="rowheader"{}>{}</th>', unit, content)
        label = (
            ""
            if column["hidden"]
            else format_html(' data-label="{}"', column["short"] or column["label"])
        )
        # The label is drawn by the style sheet in a grid: the content must be one box of it.
        return format_html('<td role="cell"{}{}><div>{}</div></td>', unit, label, content)


def _block(parser: Parser, token: Token) -> tuple[NodeList, dict[str, FilterExpression]]:
    name, *bits = token.split_contents()
    given = token_kwargs(bits, parser)
    if bits:
        raise template.TemplateSyntaxError(f"{{% {name} %}} takes name=value only, not {bits[0]}.")
    nodelist = parser.parse((f"end{name}",))
    parser.delete_first_token()
    return nodelist, given


@register.tag
def table(parser: Parser, token: Token) -> TableNode:
    """`{% table caption=_("Newest first.") empty=_("None.") %}`, columns, rows, `endtable`."""
    return TableNode(*_block(parser, token))


@register.tag
def row(parser: Parser, token: Token) -> RowNode:
    return RowNode(*_block(parser, token))


@register.tag
def cell(parser: Parser, token: Token) -> CellNode:
    return CellNode(_block(parser, token)[0])


@register.simple_tag(takes_context=True)
def column(
    context: Context,
    label: str,
    short: str = "",
    head: bool = False,
    hidden: bool = False,
    unit: bool = False,
) -> str:
    """`short`: the label on phones. `head`: this cell names its row (the first, unless said).
    `hidden`: a head only for screen readers (checkboxes). `unit`: internal to the unit."""
    if TABLE not in context:
        raise template.TemplateSyntaxError("{% column %} stands inside {% table %}.")
    context[TABLE].append(
        {"label": label, "short": short, "head": head, "hidden": hidden, "unit": unit}
    )
    return ""


# --- Words of state, dates ---------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def status(context: Context, text: str, kind: str = "") -> SafeString:
    """A state's word and colour, as `states.py` names them: `{% status row.label row.colour %}`."""
    if kind not in KINDS:
        raise template.TemplateSyntaxError(f"No such kind of status: {kind}. One of {KINDS}.")
    return _render(context, "tag", {"text": text, "kind": kind})


@register.simple_tag(takes_context=True)
def when(
    context: Context,
    value: dt.date | dt.datetime | None,
    *,
    distance: bool = True,
    deadline: bool = False,
    stacked: bool = False,
    time: bool = False,
) -> SafeString:
    """`12 Nov 2026 · in 3 days`. `deadline`: red once past. `stacked`: in two lines, for
    waiting lists. `time`: with hour and zone, for events. A page's own `now` counts."""
    if value is None:
        return SafeString("")
    now = context.get("now") or timezone.now()
    today = timezone.localtime(now).date()
    day, iso, clock = value, value.isoformat(), ""
    if isinstance(value, dt.datetime):
        local = timezone.localtime(value)
        day, iso = local.date(), local.isoformat(timespec="minutes")
        if time:
            clock = f"{date_format(local, 'H:i')} {local:%Z}"
    text = date_format(day, pgettext("date format, as in 12 Nov 2026", "j M Y"))
    days = (day - today).days
    given = {
        "iso": iso,
        "text": f"{text}, {clock}" if clock else text,
        "distance": far(days) if distance else "",
        "late": deadline and days < 0,
        "stacked": stacked,
    }
    return _render(context, "date", given)


def far(days: int) -> str:
    """How far a day is from today. Rounded down ahead, so that no date seems farther than it is."""
    if days in (-1, 0, 1):
        return (gettext("today"), gettext("tomorrow"), gettext("yesterday"))[days]
    if days < 0:
        return ngettext("%(n)d day ago", "%(n)d days ago", -days) % {"n": -days}
    if days < 14:
        return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    if days < 63:
        return ngettext("in %(n)d week", "in %(n)d weeks", days // 7) % {"n": days // 7}
    if days < 730:
        return ngettext("in %(n)d month", "in %(n)d months", days // 31) % {"n": days // 31}
    return ngettext("in %(n)d year", "in %(n)d years", days // 366) % {"n": days // 366}


# --- Other people's words and our references, kept from tearing the line -------------------------

# Embeddings, overrides and isolates make "gpj.exe" read "exe.jpg"; controls and line marks hide
# text. The marks that Arabic and Persian need (U+200C to U+200F) and the soft hyphen stay.
UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)


@register.filter(is_safe=True)
def name(value: object) -> SafeString:
    """A name or title somebody typed: isolated, in its own direction, tricks made visible."""
    text = unicodedata.normalize("NFC", str(value))
    parts, at = [], 0
    for found in UNSEEN.finditer(text):
        parts.append(conditional_escape(text[at : found.start()]))
        parts.append(format_html('<span class="p-char">U+{}</span>', f"{ord(found[0]):04X}"))
        at = found.end()
    parts.append(conditional_escape(text[at:]))
    return format_html(
        '<bdi class="p-name" dir="auto">{}</bdi>', format_html_join("", "{}", ((p,) for p in parts))
    )


@register.filter
def draft_language(code: str) -> bool:
    """Offered for its layout only: nobody has reviewed the words."""
    return code in dict(settings.DRAFT_LANGUAGES)


@register.filter(is_safe=True)
def ref(value: object) -> SafeString:
    """A reference, unbroken and left to right: 7K3F-9Q2M-XW4T-Z."""
    return format_html('<bdi class="p-ref" dir="ltr">{}</bdi>', value)


@register.filter(is_safe=True)
def digest(value: str) -> SafeString:
    """The two ends of a hexadecimal digest: a8f0 33c2 … 9e17."""
    short = f"{value[:4]} {value[4:8]} … {value[-4:]}" if len(value) > 16 else value
    return format_html('<bdi class="p-digest" dir="ltr" title="{}">{}</bdi>', value, short)


@register.filter(is_safe=True)
def whole_digest(value: str) -> SafeString:
    """All of it, in fours, to compare by eye or ear."""
    fours = " ".join(value[at : at + 4] for at in range(0, len(value), 4))
    return format_html('<bdi class="p-digest p-digest--whole" dir="ltr">{}</bdi>', fours)


@register.filter(is_safe=True)
def size(value: int) -> SafeString:
    """4.2 MB, in thousands, as the file managers of phones count."""
    number, places = float(value), 0
    unit, *larger = (gettext("bytes"), gettext("kB"), gettext("MB"), gettext("GB"), gettext("TB"))
    for unit_above in larger:
        if number < 999.5:
            break
        number, unit = number / 1000, unit_above
        places = 1 if number < 9.95 else 0
    # A space that does not break: size and unit are one word.
    return format_html(
        '<bdi class="p-size">{}\u00a0{}</bdi>', number_format(round(number, places), places), unit
    )


# --- Small parts -------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of the sprite's icons, for the eye only: the words beside it say the same."""
    return format_html(
        '<svg class="p-icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("vendor/ecl/icons.svg"), name,
    )  # fmt: skip


@register.simple_tag
def static_if_there(path: str) -> str:
    """For the page about our own failure, which must not fail because a style sheet is missing."""
    try:
        return static(path)
    except Exception:  # noqa: BLE001 - whatever it is, a page without style is better than none
        return ""


@register.inclusion_tag("components/error_summary.html", takes_context=True)
def error_summary(context: Context, form: BaseForm | None = None) -> dict[str, Any]:
    """What to mend, with links to the fields. Marks the form, so that it does not say so twice."""
    form = form or context.get("form")
    if not isinstance(form, BaseForm) or not form.errors:
        return {"problems": []}
    form.summarised = True  # type: ignore[attr-defined]  # read by templates/django/forms/div.html
    problems = [{"text": text, "target": ""} for text in form.non_field_errors()]
    for bound in form:
        target = error_target(bound)
        problems += [
            {"text": text, "target": target, "label": bound.label} for text in bound.errors
        ]
    return {"problems": problems}


@register.filter
def error_target(bound: Any) -> str:
    """The id of a field's first control; groups (radio buttons, boxes) have no single one."""
    return bound.id_for_label or (f"{bound.auto_id}_0" if bound.auto_id else "")
