"""The demonstration: invented partners, people, and what they handed over; made once."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from cases import demonstration as submissions
from impna.errors import Refused
from partners import demonstration as people


class Command(BaseCommand):
    """Safe to run at every start: what is there stays, and what a killed run left is finished."""

    help = "Makes the demonstration's partners, accounts and submissions (demonstration mode only)."

    def handle(self, *args: Any, **options: Any) -> None:
        """In the order in which it would have happened, or say why not."""
        try:
            if settings.DEMO:
                call_command("prepare", verbosity=0)
            made = people.build()
            made |= submissions.build()
            made |= people.leave_open()
        except Refused as error:
            raise CommandError(str(error.reason)) from error
        if options["verbosity"] and made:
            self.stdout.write(f"The demonstration is made: {people.accounts_file()}")
