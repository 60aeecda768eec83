"""What time did: reminders, escalations and moments that passed, each written once, however late it was seen.

`kind` says what sort of thing it is about (`casework.calendar`), `key` which one, and `due_at` the moment at which it
was due, which is also when it took effect. `written_at` tells how late it was seen.
"""

from django.db import models


class WrittenOnce(models.Model):
    """One thing of one kind at one moment."""

    case = models.ForeignKey("casework.Case", models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=30)
    key = models.BigIntegerField()
    due_at = models.DateTimeField()
    written_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["due_at", "pk"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} of {self.kind} {self.key}"


class Reminder(WrittenOnce):
    """Half of the time that people had for something was over, and nobody had done it."""

    class Meta(WrittenOnce.Meta):
        constraints = [models.UniqueConstraint(name="reminded_once", fields=["kind", "key", "due_at"])]


class Escalation(WrittenOnce):
    """Three quarters of the time were over, and nobody had done it: a senior reviewer has to see to it."""

    class Meta(WrittenOnce.Meta):
        constraints = [models.UniqueConstraint(name="escalated_once", fields=["kind", "key", "due_at"])]


class Passing(WrittenOnce):
    """Something that happens by itself at a moment did: a measure began or was lifted as announced, a window closed."""

    class Meta(WrittenOnce.Meta):
        constraints = [models.UniqueConstraint(name="passed_once", fields=["kind", "key", "due_at"])]


class SeenUntil(models.Model):
    """Everything that fell due up to this moment was seen to. One row: it spares a search through all that ever was."""

    only = models.BooleanField(primary_key=True, default=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="there_is_one_row", condition=models.Q(only=True))]

    def __str__(self) -> str:
        return f"seen until {self.at}"
