"""Plugs this app into the ports of the one below (DESIGN 3)."""

from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    """What a CSO hands over."""

    name = "submissions"

    def ready(self) -> None:
        """In the same transaction as what custody does."""
        from custody import ports
        from submissions import openings
        from submissions.actions import examination, exhibits
        from submissions.models import Exhibit

        ports.received.plug(exhibits.file_arrived)
        ports.examine.plug(examination.examine)
        ports.unexamined.plug(examination.leave_unexamined)
        ports.may_open.plug(openings.own_partner)
        ports.targets.plug(Exhibit.custody_label, openings.find_exhibit)
