"""The ground and roof as an installed app: templates tags, and Celery loaded with Django."""

from django.apps import AppConfig


class ImpnaConfig(AppConfig):
    """No models live here."""

    name = "impna"

    def ready(self) -> None:
        """Tasks find their broker only when the Celery app has been made."""
        from impna import celery

        assert celery.app is not None
