"""Exhibits as people say them."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def numbers(found: Iterable[int]) -> str:
    """`Exhibits 1 to 3, 5`; "" for none."""
    runs: list[tuple[int, int]] = []
    for number in sorted(found):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    if not runs:
        return ""
    said = [
        str(first) if first == last else _("%(first)d to %(last)d") % {"first": first, "last": last}
        for first, last in runs
    ]
    many = sum(last - first + 1 for first, last in runs)
    return ngettext("Exhibit %(numbers)s", "Exhibits %(numbers)s", many) % {
        "numbers": ", ".join(said)
    }
