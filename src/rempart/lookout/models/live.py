"""What the live detector remembers between two moments, and when the radar last looked. No text, no name in clear."""

from django.db import models

from rempart.lookout.models.settings import Kind


class HeardPosts(models.Model):
    """What was read of a batch of posts, waiting for the detector: tags, times, keyed digests of authors. Minutes old.

    read: packed by `rempart.lookout.live`. Deleted with the checkpoint of the detector that took it in.
    """

    listener = models.CharField(max_length=80)
    heard_at = models.DateTimeField()
    posts = models.PositiveIntegerField()
    read = models.BinaryField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.posts} posts of {self.listener}"


class DetectorState(models.Model):
    """The live detector as it stood after taking in what was heard up to `upto`: one row, written over."""

    upto = models.BigIntegerField(default=0)
    state = models.BinaryField()
    posts = models.PositiveBigIntegerField(default=0)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="one_live_detector", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return f"detector at {self.upto}"


class RadarRun(models.Model):
    """One look of a kind: until which moment what is known was looked at, how much of it, and what came of it."""

    kind = models.CharField(max_length=8, choices=Kind)
    upto = models.DateTimeField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    looked_at = models.PositiveBigIntegerField()
    alerts = models.PositiveIntegerField()

    class Meta:
        ordering = ["-ended_at"]
        constraints = [models.UniqueConstraint(name="one_run_a_moment", fields=["kind", "upto"])]

    def __str__(self) -> str:
        return f"{self.kind} until {self.upto:%Y-%m-%d %H:%M}"
