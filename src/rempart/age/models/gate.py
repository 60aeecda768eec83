"""The gate: one attempt to sign up on a platform, and which way its answer led.

There is no column for a birth date, nor for an age: what was answered is read once, and only the bits that were asked
for are kept, as assurances of the attempt.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.age.models.assurances import Subject
from rempart.intake.fields import ServiceField
from rempart.ledger.clock import now


class Attempt(models.Model):
    """One attempt to sign up, by the number that the platform gave it. Its first answer stands.

    asked: the thresholds in years of which the platform gets a bit each. return_to: where its person goes on. device,
    network: keyed hashes of what the platform said of them, blank where it said nothing. way: where the answer led,
    blank until there is one. follows: the earlier attempt on the same device whose answer stands for this one, too.
    sex: as the person stated it to the platform (f, m, x), blank where it said nothing: for error rates, nothing else.
    platform_id, handle: the account that came of it, once the platform said so.
    """

    class Way(models.TextChoices):
        """Where an answer leads."""

        ON = "on", _("back to the platform")
        GUARDIAN = "guardian", _("to a parent or guardian")
        NOT_YET = "not_yet", _("no account for now")

    service = ServiceField()
    number = models.CharField(max_length=200)
    country = models.CharField(max_length=6, blank=True)
    language = models.CharField(max_length=2, default="fr")
    asked = ArrayField(models.PositiveSmallIntegerField())
    return_to = models.CharField(max_length=500)
    device = models.CharField(max_length=64, blank=True)
    network = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    way = models.CharField(max_length=8, choices=Way, blank=True)
    follows = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    sex = models.CharField(max_length=1, blank=True)
    handle = models.CharField(max_length=255, blank=True)
    platform_id = models.CharField(max_length=255, null=True)  # noqa: DJ001 – unknown is not an empty number
    bound_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="one_attempt_a_number", fields=["service", "number"]),
            models.CheckConstraint(name="an_attempt_ends", condition=Q(expires_at__gt=F("made_at"))),
            models.CheckConstraint(
                name="an_answer_leads_somewhere",
                condition=Q(answered_at=None, way="")
                | Q(answered_at__isnull=False, way__in=["on", "guardian", "not_yet"]),
            ),
            models.CheckConstraint(name="a_stated_sex_is_known", condition=Q(sex__in=["", "f", "m", "x"])),
            models.CheckConstraint(
                name="a_bound_attempt_has_its_account",
                condition=Q(bound_at=None, handle="", platform_id=None) | Q(bound_at__isnull=False) & ~Q(handle=""),
            ),
        ]
        indexes = [models.Index(fields=["device"], name="attempts_on_a_device", condition=~Q(device=""))]

    def __str__(self) -> str:
        return f"attempt {self.pk}"

    @property
    def subject(self) -> Subject:
        """Whose age it is: the attempt's, while there is no account."""
        return Subject.attempt(self.service, self.number)

    @property
    def open(self) -> bool:
        """Whether the question is still asked."""
        return self.answered_at is None and now() < self.expires_at
