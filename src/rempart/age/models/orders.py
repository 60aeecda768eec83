"""What the age room asks of platforms: the outbox that `rempart.platforms` reads. This room itself never calls one.

As care's, an order says what should hold from when until when: it holds while `begins_at` ≤ now < `ends_at`. To undo it
is to move its end to now; a lapse needs nobody. Erasing is told once.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.age.models.challenges import Challenge
from rempart.ledger.clock import now
from rempart.records.references import AccountReference


class AgeOrder(models.Model):
    """Something that a platform is to hold on an account for a while, or (erasing) to do once.

    carried_out_at: when the platform did it, null until then; lifted_at: when it was taken off there.
    """

    class Kind(models.TextChoices):
        """What is asked."""

        PRIVATE = "private", _("make the account private")
        RESTRICT = "restrict", _("close the account, and keep everything in it")
        ERASE = "erase", _("erase the account")

    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="orders")
    kind = models.CharField(max_length=8, choices=Kind)
    ordered_at = models.DateTimeField()
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    carried_out_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["begins_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="what_age_orders_ends_unless_it_erases",
                condition=Q(kind="erase", ends_at=None) | Q(kind__in=["private", "restrict"], ends_at__isnull=False),
            ),
            models.CheckConstraint(
                name="an_age_order_ends_after_it_begins", condition=Q(ends_at=None) | Q(ends_at__gte=F("begins_at"))
            ),
            models.UniqueConstraint(name="erased_once", fields=["challenge"], condition=Q(kind="erase")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def reference(self) -> AccountReference:
        """The account that it is about."""
        return self.challenge.reference

    @property
    def wanted(self) -> bool:
        """Whether it should hold now."""
        moment = now()
        return self.begins_at <= moment and (self.ends_at is None or moment < self.ends_at)
