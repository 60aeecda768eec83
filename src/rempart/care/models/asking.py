"""Somebody who is looked after wants a human: a call, « I am not well », or an answer to what they wrote."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.care.models.files import CareFile
from rempart.ledger.clock import now


class Asked(models.Model):
    """A human is wanted. Nothing of what they write is kept here, and nothing is judged.

    rings: how often the team was told so far; rings_at: when it is told again, null once it was settled.
    suits, language: when a call suits, and in which language. taken: somebody of the team said « I see to it », which
    stops the ringing for a while. settled: it was seen to.
    """

    class Kind(models.TextChoices):
        """What they asked for."""

        CALL = "call", _("asks for a call")
        NOT_WELL = "not_well", _("says « I am not well »")
        MESSAGE = "message", _("wrote to the team")

    class Voice(models.TextChoices):
        """Who asked."""

        YOUNG = "young", _("themself")
        GUARDIAN = "guardian", _("a guardian")
        AGENT = "agent", _("whoever works for them")

    class Suits(models.TextChoices):
        """When a call suits them."""

        ANY = "any", _("at any time")
        MORNING = "morning", _("in the morning")
        NOON = "noon", _("around noon")
        EVENING = "evening", _("in the evening")
        WEEKEND = "weekend", _("at the weekend")

    class Outcome(models.TextChoices):
        """What the team did."""

        TALKED = "talked", _("Talked with them")
        ANSWERED = "answered", _("Answered in writing")
        GUARDIAN_TOLD = "guardian_told", _("Talked with a guardian")
        EMERGENCY = "emergency", _("Called the emergency services")
        HANDED_OVER = "handed_over", _("Put them through to a helpline or a professional")
        NOT_REACHED = "not_reached", _("Nobody could be reached: wrote to them")
        TAKEN_BACK = "taken_back", _("They took it back")

    file = models.ForeignKey(CareFile, models.CASCADE, related_name="asked")
    kind = models.CharField(max_length=8, choices=Kind)
    voice = models.CharField(max_length=8, choices=Voice, default=Voice.YOUNG)
    asked_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField()
    suits = models.CharField(max_length=8, choices=Suits, default=Suits.ANY)
    language = models.CharField(max_length=2, blank=True)
    sealed_phone = models.BinaryField(null=True)
    rings = models.PositiveSmallIntegerField(default=0)
    rings_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=13, choices=Outcome, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_wish_of_a_kind", fields=["file", "kind", "voice"], condition=Q(settled_at=None)
            ),
            models.CheckConstraint(
                name="what_is_asked_is_known",
                condition=Q(
                    kind__in=["call", "not_well", "message"],
                    voice__in=["young", "guardian", "agent"],
                    suits__in=["any", "morning", "noon", "evening", "weekend"],
                    language__in=["", "fr", "en"],
                ),
            ),
            models.CheckConstraint(name="a_wish_has_its_time", condition=Q(due_at__gt=F("asked_at"))),
            models.CheckConstraint(
                name="a_wish_rings_until_settled",
                condition=Q(settled_at=None, outcome="", settled_by=None, rings_at__isnull=False)
                | Q(settled_at__isnull=False, rings_at=None) & ~Q(outcome=""),
            ),
            models.CheckConstraint(
                name="whoever_sees_to_it_is_named",
                condition=Q(taken_at=None, taken_by=None) | Q(taken_at__isnull=False, taken_by__isnull=False),
            ),
            models.CheckConstraint(
                name="a_wish_is_settled_by_somebody_or_taken_back",
                condition=Q(settled_at=None) | Q(settled_by__isnull=False) | Q(outcome="taken_back"),
            ),
        ]
        indexes = [models.Index(fields=["rings_at"], name="wishes_that_ring", condition=Q(settled_at=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
