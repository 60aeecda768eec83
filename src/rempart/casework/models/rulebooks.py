"""The rulebooks under which decisions are taken, as they were at the time."""

from django.db import models


class RulebookVersion(models.Model):
    """The text of a rulebook exactly as it was when decisions were taken under it."""

    name = models.CharField(max_length=100)
    version = models.CharField(max_length=40)
    text = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    stored_at = models.DateTimeField()
    in_force_from = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-in_force_from", "name"]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
