"""Mail to the people who look after the service, by SMTP; webhooks are posted by the Prefect server itself."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from ..errors import OptionError, ServerError, one_line
from ..settings import Settings

PATIENCE_S = 20.0


def mail(settings: Settings, subject: str, text: str) -> int:
    """Write to everyone in LOCALIZE_NOTIFY_MAIL; how many. Raises OptionError, ServerError."""
    if not settings.mail_to:
        return 0
    parts = urlsplit(settings.smtp)
    where = f"{parts.scheme}://{parts.hostname or ''}:{parts.port or 25}"
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise OptionError("LOCALIZE_SMTP is no address of a mail server", do="write smtp://USER:PASSWORD@HOST:PORT")
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = settings.mail_from, ", ".join(settings.mail_to), one_line(subject)
    letter.set_content(text)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname, parts.port or (465 if parts.scheme == "smtps" else 25), timeout=PATIENCE_S) as server:
            server.ehlo()
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls()
                server.ehlo()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(letter)
    except (OSError, smtplib.SMTPException) as error:
        raise ServerError(f"mail could not be sent: {error}", where, "check LOCALIZE_SMTP") from error
    return len(settings.mail_to)
