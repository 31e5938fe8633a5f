"""Constraints every app writes the same way."""

from django.db import models


def both_or_neither(*fields: str, name: str) -> models.CheckConstraint:
    """All of the fields are set, or none: a date has its person, a decision its date."""
    all_set = models.Q(**{f"{field}__isnull": False for field in fields})
    none_set = models.Q(**{f"{field}__isnull": True for field in fields})
    return models.CheckConstraint(condition=all_set | none_set, name=name)


def one_of(
    field: str, choices: type[models.TextChoices] | list[str], *, name: str
) -> models.CheckConstraint:
    """The field holds one of the codes."""
    values = choices if isinstance(choices, list) else choices.values
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": values}), name=name)
