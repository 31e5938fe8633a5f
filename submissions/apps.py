"""Plugs this app into the ports of the one below (DESIGN 3)."""

from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    """What a CSO hands over."""

    name = "submissions"

    def ready(self) -> None:
        """In the same transaction as what custody does."""
        from custody import ports
        from partners import notifications as inbox
        from partners import ports as partner_ports
        from submissions import notifications, openings
        from submissions.actions import examination, exhibits, tokens
        from submissions.models import Exhibit, Redaction, Submission

        inbox.register(notifications.SENTENCES)
        partner_ports.signed_out.plug(tokens.revoke_at_sign_out)
        ports.received.plug(exhibits.file_arrived)
        ports.examine.plug(examination.examine)
        ports.unexamined.plug(examination.leave_unexamined)
        ports.may_open.plug(openings.own_partner)
        ports.may_open.plug(openings.identity)
        ports.targets.plug(Exhibit.custody_label, openings.find_exhibit)
        ports.targets.plug(Redaction.custody_label, openings.find_redaction)
        ports.targets.plug(Submission.custody_label, openings.find_words)
