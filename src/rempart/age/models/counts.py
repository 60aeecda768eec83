"""What was counted of rows erased before their quarter is told: numbers a day, which say nothing of anybody."""

from django.db import models


class GoneCount(models.Model):
    """How many erased rows of a day stood where. table, step: as `rates` counts those that are still there."""

    day = models.DateField()
    table = models.CharField(max_length=16)
    step = models.CharField(max_length=16)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["day", "table", "step"]
        constraints = [models.UniqueConstraint(name="one_count_of_what_is_gone", fields=["day", "table", "step"])]

    def __str__(self) -> str:
        return f"{self.number} {self.table} {self.step} on {self.day}"
