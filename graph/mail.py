"""The mail server of the settings, as the domain's notifier."""

from urllib.parse import unquote, urlsplit

from domain.monitoring.notifiers import Notifier, RecordingNotifier, SmtpNotifier
from graph.settings import Settings

_PORTS = {"smtp": 587, "smtps": 465}


def notifier_of(settings: Settings) -> Notifier:
    """SMTP if a server is set; otherwise messages are recorded and go nowhere."""
    if settings.smtp_url is None:
        return RecordingNotifier()
    url = urlsplit(settings.smtp_url.get_secret_value())
    return SmtpNotifier(
        host=url.hostname or "localhost",
        port=url.port or _PORTS[url.scheme],
        sender=settings.mail_from,
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        use_tls=url.scheme == "smtps",
    )
