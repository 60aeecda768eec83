"""What is held of an age: whether somebody is over a threshold, how that was shown, how far to trust it, until when.

Never a birth date, a name, a document or what was presented: there are no columns for them.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.intake.fields import ServiceField


class Confidence(models.TextChoices):
    """How far an assurance goes: the classes of IEEE 2089.1-2024, from the least."""

    ASSERTED = "asserted", _("asserted")
    STANDARD = "standard", _("standard")
    ENHANCED = "enhanced", _("enhanced")
    STRICT = "strict", _("strict")

    @property
    def rank(self) -> int:
        """0 for the least."""
        return list(type(self)).index(self)


class Method(models.TextChoices):
    """How it was shown."""

    STATED = "stated", _("they said so")
    MDOC = "mdoc", _("a wallet showed it")
    SD_JWT = "sd_jwt", _("a wallet showed it, as SD-JWT")
    ZERO_KNOWLEDGE = "zero_knowledge", _("a wallet proved it without showing anything")
    GUARDIAN = "guardian", _("a parent or guardian answered for them")
    VOUCHED = "vouched", _("somebody vouched for them, and a person decided")
    VENDOR = "vendor", _("a provider of age assurance said so")
    PERSON = "person", _("a person decided")


@dataclass(frozen=True)
class Subject:
    """Whose age it is, as their platform names them: an account, or an attempt to sign up that has none yet.

    reference: the platform's immutable number of the account where it is known, else its handle; or the number that the
    platform gave the attempt.
    """

    service: str
    kind: str  # "account" or "attempt"
    reference: str

    @classmethod
    def account(cls, service: str, reference: str) -> "Subject":
        """An account."""
        return cls(service, "account", reference)

    @classmethod
    def attempt(cls, service: str, reference: str) -> "Subject":
        """An attempt to sign up."""
        return cls(service, "attempt", reference)


class Assurance(models.Model):
    """One bit of somebody's age: whether they are `over` so many years, from `made_at` until `expires_at`.

    The newest of a threshold counts. Rows are added, never changed, but to be withdrawn.
    """

    service = ServiceField()
    kind = models.CharField(max_length=8, choices=[("account", _("account")), ("attempt", _("attempt"))])
    reference = models.CharField(max_length=255)
    over = models.PositiveSmallIntegerField()
    met = models.BooleanField()
    method = models.CharField(max_length=16, choices=Method)
    confidence = models.CharField(max_length=8, choices=Confidence)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="an_assurance_is_of_a_threshold", condition=Q(over__in=[13, 15, 16, 18])),
            models.CheckConstraint(name="an_assurance_ends", condition=Q(expires_at__gt=F("made_at"))),
            models.CheckConstraint(name="an_assurance_is_of_somebody", condition=~Q(reference="")),
        ]
        indexes = [models.Index(fields=["service", "kind", "reference", "over"], name="assurances_of_somebody")]

    def __str__(self) -> str:
        return f"assurance {self.pk}"

    @property
    def subject(self) -> Subject:
        """Whose age it is."""
        return Subject(self.service, self.kind, self.reference)

    def holds(self, at: datetime) -> bool:
        """Whether it counts at that moment."""
        return self.made_at <= at < self.expires_at and (self.withdrawn_at is None or at < self.withdrawn_at)
