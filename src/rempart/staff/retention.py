"""How what staff leave behind when signing in is erased."""

from datetime import datetime

from rempart.staff.models import Session, SignInAttempt, SignInLink


def erase_attempts(before: datetime) -> int:
    """Attempts made before that moment."""
    return SignInAttempt.objects.filter(at__lt=before).delete()[0]


def erase_links(before: datetime) -> int:
    """Links that ended before that moment."""
    return SignInLink.objects.filter(expires_at__lt=before).delete()[0]


def erase_sessions(before: datetime) -> int:
    """Sessions that ended before that moment."""
    return Session.objects.filter(expire_date__lt=before).delete()[0]


ERASERS = {"sign_in_attempt": erase_attempts, "sign_in_link": erase_links, "session": erase_sessions}
