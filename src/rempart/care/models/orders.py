"""What care asks of platforms: the outbox that `rempart.platforms` reads. Care itself never calls one.

An order says what should hold and from when until when, not a step to take: it holds while `begins_at` ≤ now <
`ends_at`. To undo it is to move its end to now; a lapse needs nobody. Whoever carries it out compares, and does what
is missing.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.care.models.files import CareFile
from rempart.care.models.protections import Protection
from rempart.care.models.shields import Shield, ShieldedComment
from rempart.ledger.clock import now


class CareOrder(models.Model):
    """Something that a platform is to hold for somebody for a while, or (a report) to be told once.

    carried_out_at: when the platform did it, null until then; lifted_at: when it was taken off there.
    """

    class Kind(models.TextChoices):
        """What is asked."""

        PROTECT = "protect", _("switch a protection on")
        HIDE = "hide", _("hide comments")
        REPORT = "report", _("report comments to the platform")

    file = models.ForeignKey(CareFile, models.CASCADE, related_name="orders")
    kind = models.CharField(max_length=8, choices=Kind)
    protection = models.ForeignKey(Protection, models.CASCADE, null=True, related_name="orders")
    shield = models.ForeignKey(Shield, models.CASCADE, null=True, related_name="orders")
    comments = models.ManyToManyField(ShieldedComment, related_name="orders")
    ordered_at = models.DateTimeField()
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    carried_out_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["begins_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="a_care_order_says_what_about",
                condition=Q(kind="protect", protection__isnull=False, shield=None)
                | Q(kind__in=["hide", "report"], protection=None, shield__isnull=False),
            ),
            models.CheckConstraint(
                name="what_care_orders_ends_unless_it_is_told_once",
                condition=Q(kind="report", ends_at=None) | Q(ends_at__isnull=False) & ~Q(kind="report"),
            ),
            models.CheckConstraint(
                name="a_care_order_ends_after_it_begins", condition=Q(ends_at=None) | Q(ends_at__gte=F("begins_at"))
            ),
            models.UniqueConstraint(
                name="one_order_a_protection", fields=["protection"], condition=Q(protection__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def wanted(self) -> bool:
        """Whether it should hold now."""
        moment = now()
        return self.begins_at <= moment and (self.ends_at is None or moment < self.ends_at)
