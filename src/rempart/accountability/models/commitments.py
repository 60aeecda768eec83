"""What was promised to whom: part of every later answer to the same authority."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.accountability.models.authorities import Authority
from rempart.accountability.models.requests import Request
from rempart.ledger.clock import now


class Commitment(models.Model):
    """A promise made to an authority, who keeps it here and by when.

    promised_at: when it was said outside; recorded_at: when it was entered. proof: the ledger's row that shows that it
    was kept, of the act itself where there is one.
    """

    class State(models.TextChoices):
        """What became of it."""

        KEPT = "kept", _("kept")
        DUE = "due", _("due")
        LATE = "late", _("late")
        WITHDRAWN = "withdrawn", _("withdrawn")

    authority = models.ForeignKey(Authority, models.PROTECT, related_name="commitments")
    request = models.ForeignKey(Request, models.SET_NULL, null=True, related_name="commitments")
    words = models.TextField()
    owner = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="commitments")
    promised_at = models.DateTimeField()
    due = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    kept_at = models.DateTimeField(null=True)
    kept_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    kept_because = models.TextField(blank=True)
    proof = models.ForeignKey("ledger.LedgerRow", models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        ordering = ["due", "pk"]
        constraints = [
            models.CheckConstraint(
                name="a_promise_says_what_and_when", condition=~Q(words="") & Q(due__gt=F("promised_at"))
            ),
            models.CheckConstraint(
                name="a_kept_promise_shows_it",
                condition=Q(kept_at=None, kept_by=None, proof=None)
                | Q(kept_at__isnull=False, kept_by__isnull=False, proof__isnull=False) & ~Q(kept_because=""),
            ),
            models.CheckConstraint(
                name="a_withdrawn_promise_says_why",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, kept_at=None) & ~Q(withdrawn_because=""),
            ),
        ]
        indexes = [models.Index(fields=["due"], name="promises_to_keep", condition=Q(kept_at=None, withdrawn_at=None))]

    def __str__(self) -> str:
        return f"commitment {self.pk}"

    @property
    def state(self) -> "Commitment.State":
        """What became of it as of now; late: it was due and is not kept."""
        if self.withdrawn_at is not None:
            return self.State.WITHDRAWN
        if self.kept_at is not None:
            return self.State.KEPT
        return self.State.LATE if now() >= self.due else self.State.DUE

    @property
    def kept_late(self) -> bool:
        """Whether it was kept, after it was due."""
        return self.kept_at is not None and self.kept_at > self.due
