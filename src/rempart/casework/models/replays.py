"""What rulebooks would have done, with real waves and with invented ones."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class WaveReplay(models.Model):
    """What every shipped rulebook would have done with a wave; see `services.replays` for its rows."""

    wave = models.OneToOneField("intake.Wave", models.CASCADE, related_name="replay")
    computed_at = models.DateTimeField()
    rows = models.JSONField()
    first_measures = models.JSONField()

    def __str__(self) -> str:
        return f"replay of {self.wave}"


class Simulation(models.Model):
    """An invented wave whose truth is known, under several rulebooks: the only place where a truth column exists."""

    seed = models.PositiveIntegerField()
    accounts = models.PositiveIntegerField()
    rulebooks = ArrayField(models.CharField(max_length=100))
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    computed_at = models.DateTimeField(null=True)
    rows = models.JSONField(null=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="a_simulation_has_accounts", condition=Q(accounts__gte=1, accounts__lte=5000))
        ]

    def __str__(self) -> str:
        return f"simulation {self.pk}"
