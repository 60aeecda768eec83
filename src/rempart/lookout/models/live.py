"""What the live detector is to take in and what it remembers, and when the radar last looked."""

from django.db import models

from rempart.lookout.models.settings import Kind


class HeardPosts(models.Model):
    """What the live detector needs of a batch of posts that was heard, sealed; gone with its next checkpoint.

    Of a post that testifies: its text and number; of any other that carries a hashtag: the hashtags; of the rest
    nothing. Authors by keyed digest. See `rempart.lookout.live`.
    """

    heard_at = models.DateTimeField()
    posts = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.posts} posts"


class DetectorState(models.Model):
    """The live detector as it stood at its last checkpoint, the `version`-th; posts: all that it took in. One row.

    phrases: those that it follows, so that whoever hears posts leaves which of them a post without a hashtag holds.
    """

    version = models.PositiveBigIntegerField(default=0)
    state = models.BinaryField()
    phrases = models.JSONField(default=list)
    posts = models.PositiveBigIntegerField(default=0)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="one_live_detector", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return f"checkpoint {self.version}"


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
