"""One-time links for the first coordinators, printed and not mailed."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from impna.db import NOBODY, acting_as
from impna.errors import Refused
from partners.actions import members


class Command(BaseCommand):
    """Works until the first of them has joined; afterwards coordinators invite one another."""

    help = "Prints one-time links for the first two coordinators of the Secretariat."

    def add_arguments(self, parser: CommandParser) -> None:
        """At least two addresses: a coordinator never confirms alone."""
        parser.add_argument(
            "--email", action="append", required=True, metavar="ADDRESS", dest="emails"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each address with its link."""
        emails: list[str] = options["emails"]
        if len({email.casefold() for email in emails}) < 2 or len(set(emails)) != len(emails):
            raise CommandError("Name two different addresses: --email ONE --email TWO.")
        try:
            for email in emails:
                validate_email(email)
            call_command("prepare", verbosity=0)
            with transaction.atomic(), acting_as(NOBODY):
                links = members.found(emails=emails)
        except ValidationError as error:
            raise CommandError(f"{email}: {error.messages[0]}") from error
        except Refused as error:
            raise CommandError(str(error.reason)) from error
        self.stdout.write("Each link works once, for 7 days. Hand it over by a safe way.\n\n")
        for invitation, path in links:
            self.stdout.write(f"  {invitation.email}\n  {settings.ORIGIN}{path}\n\n")
