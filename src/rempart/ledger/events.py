"""What can happen: the name under which the ledger keeps each kind of act, and the words people read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Event(TextChoices):
    """Kinds of ledger rows. A stored value never changes its meaning and is never reused."""

    CONTENT_ERASED = "content_erased", _("Content erased")

    STAFF_ADDED = "staff_added", _("Staff member added")
    STAFF_ROLE_CHANGED = "staff_role_changed", _("Staff member's role changed")
    STAFF_DEACTIVATED = "staff_deactivated", _("Staff member deactivated")
    SIGN_IN_LINK_MADE = "sign_in_link_made", _("Sign-in link made")
    SIGNED_IN = "signed_in", _("Signed in")
    SIGN_IN_LOCKED = "sign_in_locked", _("Sign-in locked after failed attempts")

    RETENTION_APPLIED = "retention_applied", _("Data past their retention deleted")
