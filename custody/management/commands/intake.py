"""Make received files whole without a worker: by hand, or in the demonstration."""

from typing import Any

from django.core.management.base import BaseCommand

from custody import intake_job


class Command(BaseCommand):
    """Needs the worker's database role: only the system says what became of a file.

    Safe beside running workers: every job is claimed by one.
    """

    help = "Make received files whole until none is due (DATABASE_URL of the role impna_worker)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many there were."""
        done = intake_job.run_due()
        if options["verbosity"]:
            self.stdout.write(f"{done} received files were worked on.")
