"""Make the deployment's own compartments, once."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from custody.keys import new_compartment
from custody.models import Compartment

PURPOSES = (
    Compartment.Purpose.REGISTER,
    Compartment.Purpose.ACCOUNTS,
    Compartment.Purpose.PARTNERS,
)


class Command(BaseCommand):
    """Safe to run at every start, and twice at once."""

    help = "Makes what a new portal needs once: the keys of its register, accounts and partners."

    def handle(self, *args: Any, **options: Any) -> None:
        """Under a lock, so that two at once make one of each."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('custody.prepare'))")
            there = set(
                Compartment.objects.filter(purpose__in=PURPOSES).values_list("purpose", flat=True)
            )
            missing = [purpose for purpose in PURPOSES if purpose not in there]
            for purpose in missing:
                new_compartment(purpose)
        if missing and options["verbosity"]:
            self.stdout.write(f"Made {len(missing)} compartments.")
