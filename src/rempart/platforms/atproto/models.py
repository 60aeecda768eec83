"""What is kept for the AT Protocol: the key we sign with, the labels we published, the tokens that were shown to us."""

from django.db import models
from django.db.models import Q


class SigningKey(models.Model):
    """The key of our DID, sealed; there is one. Labels are written one after the other by whoever holds its row."""

    only = models.BooleanField(primary_key=True, default=True)
    sealed = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="one_signing_key", condition=Q(only=True))]

    def __str__(self) -> str:
        return "signing key"


class Label(models.Model):
    """A label as it was signed, or its negation; the newest of an account and a value counts. Never changed.

    Its number is its place in the stream of our labels. `mark`: the key of the order that put it there or took it off.
    """

    platform = models.ForeignKey("platforms.Platform", models.PROTECT, related_name="labels")
    subject = models.CharField(max_length=255)
    value = models.CharField(max_length=64)
    negates = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    mark = models.CharField(max_length=200)
    source = models.CharField(max_length=255)
    signature = models.BinaryField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["subject", "value"], name="labels_of_an_account")]
        constraints = [
            models.CheckConstraint(
                name="a_negation_does_not_expire", condition=Q(negates=False) | Q(expires_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"label {self.pk}"


class SeenToken(models.Model):
    """A token that was shown to us, by its digest, until it expires: shown again, it is refused."""

    digest = models.BinaryField(primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"token until {self.expires_at}"
