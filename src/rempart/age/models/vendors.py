"""What a provider of age assurance is asked, once, for one person. What it answered is one bit, an assurance.

There is no column for a face, an estimate or a document, and none for the answer itself.
"""

from django.db import models
from django.db.models import F, Q

from rempart.age.models.assurances import Subject
from rempart.intake.fields import ServiceField
from rempart.ledger.clock import now


class VendorRequest(models.Model):
    """One question to a provider: is this person over so many years? `number` and `nonce` are all that it learns.

    answered_at: when an answer was accepted: the first one, and no other. reason: why the last one was refused, a code.
    """

    number = models.CharField(max_length=43, unique=True)
    nonce = models.CharField(max_length=43)
    vendor = models.CharField(max_length=40)
    service = ServiceField()
    kind = models.CharField(max_length=8)
    reference = models.CharField(max_length=255)
    over = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    refusals = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=24, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="a_vendor_is_asked_a_threshold", condition=Q(over__in=[13, 15, 16, 18])),
            models.CheckConstraint(name="a_vendor_request_ends", condition=Q(expires_at__gt=F("asked_at"))),
            models.CheckConstraint(name="a_vendor_request_is_of_somebody", condition=~Q(reference="")),
        ]

    def __str__(self) -> str:
        return f"vendor request {self.pk}"

    @property
    def subject(self) -> Subject:
        """Whose age it is."""
        return Subject(self.service, self.kind, self.reference)
