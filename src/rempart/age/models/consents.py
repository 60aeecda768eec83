"""Guardians of the youngest: whom a young person named, after saying that it is safe, and what that guardian consents
to.

A guardian shows that they are an adult; of that a moment and a method stay, nothing else. Their address is sealed;
beside it stand keyed hashes, by which a guardian is known again when somebody speaks of them in a testimony.
"""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.age.models.assurances import Method, Subject
from rempart.age.models.proofs import ProofRequest
from rempart.intake.fields import ServiceField
from rempart.ledger.clock import now


class GuardianBond(models.Model):
    """A young person and somebody who answers for them; or their word that asking a guardian is not safe.

    service, kind, reference: the young person, as assurances name them. handle: how the guardian's page calls them,
    blank while there is no account. over: the years of which the guardian is asked whether the young person has them,
    null where nothing but consent is asked. sealed_contact: e-mail address and account, as JSON, sealed; null where
    neither was given. marks: keyed hashes of both. said_safe: what the young person answered; where it was no, nobody
    is ever asked. proof: the request by which the guardian shows their age. left_at: let go, by either. lost_at:
    somebody spoke of the guardian in a testimony; lost_because: a code.
    """

    class Lost(models.TextChoices):
        """Why a guardian may not answer for them any longer."""

        TESTIMONY = "testimony", _("a testimony speaks of them")
        YOUNG = "young", _("the young person said that it is no longer safe")

    service = ServiceField()
    kind = models.CharField(max_length=8, choices=[("account", _("account")), ("attempt", _("attempt"))])
    reference = models.CharField(max_length=255)
    handle = models.CharField(max_length=255, blank=True)
    country = models.CharField(max_length=6, blank=True)
    language = models.CharField(max_length=2, default="fr")
    over = models.PositiveSmallIntegerField(null=True)
    named_at = models.DateTimeField(default=now)
    said_safe = models.BooleanField()
    sealed_contact = models.BinaryField(null=True)
    marks = ArrayField(models.CharField(max_length=64), default=list)
    conversation = models.OneToOneField("correspondence.Conversation", models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True)
    proof = models.ForeignKey(ProofRequest, models.SET_NULL, null=True, related_name="+")
    proved_at = models.DateTimeField(null=True)
    proved_by = models.CharField(max_length=16, choices=Method, blank=True)
    answered_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)
    lost_because = models.CharField(max_length=9, choices=Lost, blank=True)

    class Meta:
        ordering = ["-named_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="nobody_is_asked_where_it_is_not_safe",
                condition=Q(said_safe=True) | Q(sealed_contact=None, conversation=None, proof=None, proved_at=None),
            ),
            models.CheckConstraint(name="a_bond_is_of_somebody", condition=~Q(reference="")),
            models.CheckConstraint(
                name="what_a_guardian_shows_has_a_method",
                condition=Q(proved_at=None, proved_by="") | Q(proved_at__isnull=False) & ~Q(proved_by=""),
            ),
            models.CheckConstraint(
                name="a_guardian_answers_as_an_adult", condition=Q(answered_at=None) | Q(proved_at__isnull=False)
            ),
            models.CheckConstraint(
                name="a_lost_role_has_a_reason",
                condition=Q(lost_at=None, lost_because="") | Q(lost_at__isnull=False) & ~Q(lost_because=""),
            ),
        ]
        indexes = [
            models.Index(fields=["service", "kind", "reference"], name="guardians_of_somebody"),
            GinIndex(fields=["marks"], name="guardians_by_mark"),
        ]

    def __str__(self) -> str:
        return f"guardian {self.pk}"

    @property
    def subject(self) -> Subject:
        """Whom they answer for."""
        return Subject(self.service, self.kind, self.reference)

    @property
    def stands(self) -> bool:
        """Whether they may answer for the young person, once they show that they are an adult."""
        return self.said_safe and self.left_at is None and self.lost_at is None


class Consent(models.Model):
    """A guardian's yes to one feature, from `given_at` until the earlier of `until` and `withdrawn_at`.

    withdrawn_by: the guardian who withdrew it, who may be another one than gave it; null where it ended with the role
    of whoever gave it, or because the young person no longer needs it.
    """

    bond = models.ForeignKey(GuardianBond, models.CASCADE, related_name="consents")
    feature = models.CharField(max_length=40)
    given_at = models.DateTimeField(default=now)
    until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(GuardianBond, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["feature", "-given_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="a_consent_ends", condition=Q(until__gt=F("given_at"))),
            models.CheckConstraint(
                name="a_consent_is_withdrawn_after_it_is_given",
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")),
            ),
            models.CheckConstraint(
                name="whoever_withdraws_does_so_at_a_moment",
                condition=Q(withdrawn_by=None) | Q(withdrawn_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_consent_a_guardian_gives_at_once", fields=["bond", "feature", "given_at"]
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"

    def holds(self, at: datetime) -> bool:
        """Whether it counts at that moment."""
        return self.given_at <= at < self.until and (self.withdrawn_at is None or at < self.withdrawn_at)
