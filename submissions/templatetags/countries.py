"""States as people read them."""

from django import template

from submissions import countries

register = template.Library()


@register.filter
def state_name(code: str) -> str:
    """`Syria (SY)`."""
    return countries.spoken(code)
