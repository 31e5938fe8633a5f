"""Plugs this app into the ports of the ones below (DESIGN 3)."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """What follows a hand-over."""

    name = "cases"

    def ready(self) -> None:
        """In the same transaction as what the apps below do."""
        from cases import notifications, openings, published
        from cases.actions import access, assignments, enclosures, narrowing
        from cases.models import Advice, Enclosure, Referral
        from custody import ports
        from partners import notifications as inbox
        from partners import ports as partner_ports
        from submissions import ports as submission_ports

        inbox.register(notifications.SENTENCES)
        ports.may_open.plug(openings.recipient)
        ports.may_open.plug(openings.adviser)
        ports.may_open.plug(openings.either_side)
        ports.targets.plug(Referral.custody_label, openings.find_package)
        ports.targets.plug(Advice.custody_label, openings.find_question)
        ports.targets.plug(openings.Shown.custody_label, openings.find_shown)
        ports.targets.plug(Enclosure.custody_label, openings.find_enclosure)
        ports.examine.plug(enclosures.examine)
        ports.unexamined.plug(enclosures.leave_unexamined)
        submission_ports.withdrawn.plug(access.recall_all)
        submission_ports.consent_narrowed.plug(narrowing.take_back_uncovered)
        submission_ports.erasing.plug(published.still_held)
        partner_ports.role_ended.plug(assignments.end_of_role)
