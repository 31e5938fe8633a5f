"""The demonstration: invented partners and people, made once."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from impna.errors import Refused
from partners import demonstration


class Command(BaseCommand):
    """Does nothing when it is there already."""

    help = "Makes the demonstration's partners, people and accounts (demonstration mode only)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or say why not."""
        try:
            if settings.DEMO:
                call_command("prepare", verbosity=0)
            made = demonstration.build()
        except Refused as error:
            raise CommandError(str(error.reason)) from error
        if options["verbosity"] and made:
            self.stdout.write(f"The demonstration is made: {demonstration.accounts_file()}")
