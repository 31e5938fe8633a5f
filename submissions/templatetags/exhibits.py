"""Exhibits as people read them."""

from collections.abc import Iterable

from django import template

from submissions import spoken

register = template.Library()


@register.filter
def exhibits(numbers: Iterable[int]) -> str:
    """`Exhibits 1 to 3, 5`."""
    return spoken.numbers(numbers)
