"""How the lookout is set, and what people said of its alerts."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What the radar looks for."""

    FAME = "fame", _("Sudden fame")
    WAVE = "wave", _("Waves")
    PILE_ON = "pile_on", _("Pile-ons")


class LookoutSettings(models.Model):
    """How many alerts a day reach the desk, and how many of them may be false. One row.

    *_a_day: alerts of a kind that reach the desk in 24 hours; the others wait for their turn. For fame, `watch` and
    `support` are counted apart. false_alarms: share of the alerts of fame and of pile-ons that may be false
    (Benjamini–Hochberg's q). false_waves_a_month: ordinary tags that may be taken for a wave, in 30 days over all tags.
    open_waves: whether a wave is listened for as soon as it is seen; never one whose tag names and accuses somebody.
    """

    false_waves_a_month = models.FloatField(default=4)
    support_a_day = models.PositiveIntegerField(default=40)
    watch_a_day = models.PositiveIntegerField(default=200)
    waves_a_day = models.PositiveIntegerField(default=20)
    pile_ons_a_day = models.PositiveIntegerField(default=40)
    false_alarms = models.FloatField(default=0.1)
    open_waves = models.BooleanField(default=False)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey("staff.StaffMember", models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="one_row_of_settings", condition=Q(pk=1)),
            models.CheckConstraint(name="false_waves_are_some", condition=Q(false_waves_a_month__gt=0)),
            models.CheckConstraint(
                name="false_alarms_is_a_share", condition=Q(false_alarms__gt=0, false_alarms__lte=0.5)
            ),
        ]

    def __str__(self) -> str:
        return "settings of the lookout"

    @classmethod
    def current(cls) -> "LookoutSettings":
        """The settings as they stand; the defaults until somebody changed them."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


class Feedback(models.Model):
    """What a person said of an alert: it was one, or it was none. Outlives the alert, without saying whom it was about.

    score: the alert's, so that what proves false at a score teaches what to expect of it.
    """

    kind = models.CharField(max_length=8, choices=Kind)
    tier = models.CharField(max_length=8, blank=True)
    score = models.FloatField()
    true = models.BooleanField()
    said_at = models.DateTimeField()
    said_by = models.ForeignKey("staff.StaffMember", models.SET_NULL, null=True, related_name="+")
    fame = models.ForeignKey("lookout.FameAlert", models.SET_NULL, null=True, related_name="feedback")
    wave = models.ForeignKey("lookout.LiveWave", models.SET_NULL, null=True, related_name="feedback")
    pile_on = models.ForeignKey("lookout.PileOn", models.SET_NULL, null=True, related_name="feedback")

    class Meta:
        ordering = ["-said_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="feedback_on_its_kind",
                condition=Q(kind="fame", wave=None, pile_on=None)
                | Q(kind="wave", fame=None, pile_on=None)
                | Q(kind="pile_on", fame=None, wave=None),
            ),
            models.CheckConstraint(name="only_fame_has_tiers", condition=Q(tier="") | Q(kind="fame")),
        ]
        indexes = [models.Index(fields=["kind", "said_at"], name="feedback_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind}: {'one' if self.true else 'none'}"
