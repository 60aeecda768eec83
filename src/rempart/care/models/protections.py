"""Protections that somebody may switch on, each accepted by them or their guardian first, each with an end."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.care.models.files import CareFile
from rempart.care.models.people import By
from rempart.ledger.clock import now
from rempart.records.vocabulary import PROTECTIONS

LONGEST = timedelta(days=90)
"""What is accepted once holds at most so long; then they are asked again."""


THEIRS = (By.YOUNG.value, By.GUARDIAN.value)
"""Whose word it takes."""


class Protection(models.Model):
    """One protection of a file. It holds from `begins_at` until the earlier of `ends_at` and `undone_at`, computed.

    lasts: for how long it was proposed. proposed_by: a member of the team; null for the person's own wish.
    accepted_by, undone_by: whose word it was; the team switches off what it cannot answer for any more.
    """

    class State(models.TextChoices):
        """Where it stands, worked out from its moments."""

        PROPOSED = "proposed", _("proposed")
        ACCEPTED = "accepted", _("being switched on")
        IN_FORCE = "in_force", _("on")
        DECLINED = "declined", _("declined")
        ENDED = "ended", _("over")
        UNDONE = "undone", _("switched off")

    file = models.ForeignKey(CareFile, models.CASCADE, related_name="protections")
    kind = models.CharField(max_length=24, choices=[(kind, kind) for kind in PROTECTIONS])
    lasts = models.DurationField()
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("staff.StaffMember", models.SET_NULL, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=8, choices=By, blank=True)
    declined_at = models.DateTimeField(null=True)
    begins_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=8, choices=By, blank=True)

    class Meta:
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.CheckConstraint(name="protection_is_known", condition=Q(kind__in=PROTECTIONS)),
            models.CheckConstraint(
                name="a_protection_holds_once_accepted_and_ends",
                condition=Q(accepted_at=None, accepted_by="", begins_at=None, ends_at=None, undone_at=None)
                | Q(
                    accepted_at__isnull=False,
                    accepted_by__in=THEIRS,
                    begins_at__isnull=False,
                    ends_at__isnull=False,
                    begins_at__gte=F("accepted_at"),
                    ends_at__gt=F("begins_at"),
                ),
            ),
            models.CheckConstraint(
                name="a_protection_lasts_ninety_days_at_most",
                condition=Q(lasts__gt=timedelta(0), lasts__lte=LONGEST)
                & (Q(ends_at=None) | Q(ends_at__lte=F("begins_at") + LONGEST)),
            ),
            models.CheckConstraint(
                name="what_is_undone_says_by_whom",
                condition=Q(undone_at=None, undone_by="") | Q(undone_at__isnull=False) & ~Q(undone_by=""),
            ),
            models.CheckConstraint(
                name="what_is_declined_was_not_accepted", condition=Q(declined_at=None) | Q(accepted_at=None)
            ),
            models.UniqueConstraint(
                name="one_open_proposal_of_a_protection",
                fields=["file", "kind"],
                condition=Q(accepted_at=None, declined_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of file {self.file_id}"

    @property
    def stands(self) -> bool:
        """Whether it should be in force now, or will be."""
        return self.ends_at is not None and self.undone_at is None and now() < self.ends_at

    @property
    def state(self) -> "Protection.State":
        """Where it stands now. It is on once the platform did it (see CareOrder.carried_out_at)."""
        if self.declined_at is not None:
            return self.State.DECLINED
        if self.accepted_at is None:
            return self.State.PROPOSED
        if self.undone_at is not None:
            return self.State.UNDONE
        if not self.stands:
            return self.State.ENDED
        done = any(order.carried_out_at is not None for order in self.orders.all())
        return self.State.IN_FORCE if done else self.State.ACCEPTED
