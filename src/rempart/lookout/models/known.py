"""Waves that are known already: an alert when testimonies gather in one of them again."""

from django.db import models
from django.db.models import F, Q


class WaveAlert(models.Model):
    """Testimonies of a wave suddenly gathered: `observed` in the hour from `hour`, where `expected` were likely."""

    wave = models.ForeignKey("intake.Wave", models.CASCADE, related_name="alerts")
    hour = models.DateTimeField()
    observed = models.PositiveIntegerField()
    expected = models.FloatField()
    raised_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey("staff.StaffMember", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-hour"]
        constraints = [
            models.UniqueConstraint(name="one_alert_an_hour", fields=["wave", "hour"]),
            models.CheckConstraint(name="more_than_expected", condition=Q(observed__gt=F("expected"))),
        ]

    def __str__(self) -> str:
        return f"{self.wave}: {self.observed} in an hour"
