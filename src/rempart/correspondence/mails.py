"""E-mail that says there is a message and where, and nothing else: plain text, in the person's language.

The server is REMPART_SMTP_URL: `smtps://user:password@host` (TLS from the start) or `smtp://…` (STARTTLS, which only a
server on this machine may lack). No word tells what about: whoever glances at the screen learns nothing.
"""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext_noop

from rempart.correspondence.webhooks import LOCAL, Outcome, no_answer

TIMEOUT = 10.0  # seconds
PORTS = {"smtp": 587, "smtps": 465}
SUBJECT = {"fr": "Un message pour vous", "en": "A message for you"}
BODY = {
    "fr": """Bonjour,

Il y a un message pour vous sur la page de Rempart :

{link}

Ce lien est personnel : ne le transférez à personne.
Inutile de répondre à cet e-mail, personne ne le lit. Répondez sur la page.
""",
    "en": """Hello,

There is a message for you on Rempart’s page:

{link}

This link is yours alone: do not pass it on.
There is no need to answer this e-mail, nobody reads it. Answer on the page.
""",
}
ALARM_SUBJECT = "Rempart : quelqu’un attend un humain / Somebody waits for a human"
ALARM_BODY = """Quelqu’un demande à parler à une personne de l’équipe, maintenant.
Ouvrez cette page et dites que vous vous en occupez :

Somebody asks for a person of the team, now.
Open this page and say that you see to it:

{link}
"""


def written(*, to: str, language: str, link: str, uid: str, at: datetime) -> EmailMessage:
    """The mail that announces a message. Its Message-ID is the same at every attempt."""
    body = BODY[language].format(link=link)
    return _mail(to, SUBJECT[language], body, language=language, uid=uid, at=at)


def alarm(*, to: str, link: str, uid: str, at: datetime) -> EmailMessage:
    """The mail that calls a member of the team, in both languages: a member's own is not known."""
    mail = _mail(to, ALARM_SUBJECT, ALARM_BODY.format(link=link), language="fr, en", uid=uid, at=at)
    mail["Importance"] = "high"  # RFC 2156
    return mail


def _mail(to: str, subject: str, body: str, *, language: str, uid: str, at: datetime) -> EmailMessage:
    mail = EmailMessage(policy=POLICY)
    mail["Subject"] = subject
    mail["From"] = settings.REMPART_MAIL_FROM
    mail["To"] = to
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{uid}@{settings.REMPART_MAIL_FROM.rpartition('@')[2].rstrip('>')}>"
    mail["Content-Language"] = language
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
    mail.set_content(body)
    return mail


def send(mail: EmailMessage) -> Outcome:
    """Hand a mail to the server. Never raises for the other side."""
    if not settings.REMPART_SMTP_URL:
        return Outcome(gettext_noop("no mail server is set up (REMPART_SMTP_URL)"), unreachable=True)
    try:
        with _connected() as server:
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        return Outcome(f"SMTP {code}", final=code >= 500)
    except smtplib.SMTPNotSupportedError:
        return Outcome(gettext_noop("the mail server cannot take this address"), final=True)
    except smtplib.SMTPResponseException as error:
        return Outcome(f"SMTP {error.smtp_code}", unreachable=isinstance(error, smtplib.SMTPAuthenticationError))
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(no_answer(error), unreachable=True)
    return Outcome()


def _connected() -> smtplib.SMTP:
    parts = urlsplit(settings.REMPART_SMTP_URL)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
        server.ehlo()
        if host not in LOCAL or server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server
