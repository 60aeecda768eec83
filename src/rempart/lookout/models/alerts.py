"""Alerts of the radar as the desk keeps them: sudden fame, waves that begin, pile-ons.

All three share one life: received once, raised at once or when the budget of alerts allows, then judged by a person.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.intake.fields import ServiceField
from rempart.intake.models import Account


class Alert(models.Model):
    """What the three kinds share.

    score: the radar's, larger for what surprises more. because: the radar's reasons, as codes or short words. series:
    what the chart draws, `[{"at", "observed", "expected", "low", "high"}]`, oldest first, the last three or null.
    received_at: when it came in here; raised_at: when it reached the desk, null while it waits; held_because: why it
    waits. judged_at, judged_by: the last person who said whether it was one.
    """

    class Held(models.TextChoices):
        """Why an alert waits before it reaches the desk."""

        BUDGET = "budget", _("the alerts of the day are used up")
        FEEDBACK = "feedback", _("people lately found alerts like this one false")

    score = models.FloatField()
    because = models.JSONField(default=list)
    series = models.JSONField(default=list)
    received_at = models.DateTimeField()
    raised_at = models.DateTimeField(null=True)
    held_because = models.CharField(max_length=16, choices=Held, blank=True)
    judged_at = models.DateTimeField(null=True)
    judged_by = models.ForeignKey("staff.StaffMember", models.SET_NULL, null=True, related_name="+")

    class Meta:
        abstract = True


def _life(name: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(
            name=f"{name}_waits_or_is_raised",
            condition=Q(state="waits", raised_at=None) & ~Q(held_because="")
            | ~Q(state="waits") & Q(raised_at__isnull=False, held_because=""),
        ),
        models.CheckConstraint(
            name=f"{name}_dismissed_by_somebody", condition=~Q(state="dismissed") | Q(judged_at__isnull=False)
        ),
    ]


class FameAlert(Alert):
    """An account that becomes known very fast. `watch` is early and cheap to be wrong; `support` asks for a person.

    number: the platform's immutable id of the account; handle, country, language: what its table says of it, blank or
    null where it does not. Names no row of intake: care and discipline share no key. expected, observed: followers
    gained in the tick. growth: observed against expected. priority: the radar's, the youngest first (larger is
    sooner). Never a judgement of anybody, and never a case.
    """

    class Tier(models.TextChoices):
        """How sure, and what it asks for."""

        WATCH = "watch", _("to be watched")
        SUPPORT = "support", _("somebody should reach out")

    class State(models.TextChoices):
        """Where it stands."""

        WAITS = "waits", _("waits")
        OPEN = "open", _("new")
        CARE = "care", _("taken up by the care team")
        DISMISSED = "dismissed", _("not a star")

    service = ServiceField()
    number = models.CharField(max_length=255)
    handle = models.CharField(max_length=255, blank=True)
    country = models.CharField(max_length=64, null=True)  # noqa: DJ001 – null is "unknown"
    language = models.CharField(max_length=35, blank=True)
    tier = models.CharField(max_length=8, choices=Tier)
    alert_at = models.DateTimeField()
    growth = models.FloatField()
    expected = models.FloatField()
    observed = models.FloatField()
    age_band = models.CharField(max_length=8, choices=Account.AgeBand, null=True)  # noqa: DJ001 – null is "unknown"
    priority = models.IntegerField(default=0)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)

    class Meta:
        ordering = ["-priority", "-alert_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="one_fame_alert", fields=["service", "number", "tier", "alert_at"]),
            *_life("fame"),
        ]
        indexes = [models.Index(fields=["alert_at"], name="fame_by_time")]

    def __str__(self) -> str:
        return f"{self.tier} {self.reference}"

    @property
    def reference(self) -> str:
        """The account by its handle where that is known, else by its number."""
        return f"{self.service}:{self.handle or f'#{self.number}'}"


class LiveWave(Alert):
    """A wave that the radar saw begin: a hashtag, or a phrase that many repeat, under which testimonies gather.

    started_at: when it began; detected_at: what had been posted by then was enough. expected: how many
    testimonies (authors, when the count is the signal) an ordinary tag would have. accused: references of the accounts
    that its testimonies accuse. examples: numbers of posts, as `service:number`. signal: testimonies, or the number of
    posts alone. public: false for a name with an accusation, which may be a pile-on: never shown outside the desk, and
    listened for only when a person says so. wave: what it was opened as.
    """

    class Type(models.TextChoices):
        """What its posts have in common."""

        TAG = "tag", _("hashtag")
        PHRASE = "phrase", _("phrase")

    class Signal(models.TextChoices):
        """What showed it."""

        TESTIMONIES = "testimonies", _("testimonies")
        COUNT = "count", _("number of posts")

    class State(models.TextChoices):
        """Where it stands."""

        WAITS = "waits", _("waits")
        OPEN = "open", _("new")
        OPENED = "opened", _("listened for")
        DISMISSED = "dismissed", _("not a wave")

    type = models.CharField(max_length=8, choices=Type, default=Type.TAG)
    tag = models.CharField(max_length=300)
    started_at = models.DateTimeField()
    detected_at = models.DateTimeField()
    posts = models.PositiveIntegerField()
    authors = models.PositiveIntegerField()
    testimonies = models.PositiveIntegerField()
    expected = models.FloatField(default=0)
    signal = models.CharField(max_length=16, choices=Signal, default=Signal.TESTIMONIES)
    public = models.BooleanField(default=True)
    accused = models.JSONField(default=list)
    examples = models.JSONField(default=list)
    wave = models.ForeignKey("intake.Wave", models.SET_NULL, null=True, related_name="live_waves")
    opened_by = models.ForeignKey("staff.StaffMember", models.SET_NULL, null=True, related_name="+")
    opened_by_hand = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)

    class Meta:
        ordering = ["-detected_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="one_live_wave", fields=["type", "tag", "detected_at"]),
            models.CheckConstraint(name="began_before_it_was_seen", condition=Q(started_at__lte=F("detected_at"))),
            models.CheckConstraint(
                name="a_name_is_listened_for_by_hand",
                condition=~Q(state="opened") | Q(public=True) | Q(opened_by_hand=True),
            ),
            *_life("wave"),
        ]
        indexes = [models.Index(fields=["detected_at"], name="live_waves_by_time")]

    def __str__(self) -> str:
        return f"#{self.tag}" if self.type == self.Type.TAG else f"“{self.tag}”"


class PileOn(Alert):
    """Many hostile comments or reports fall on one account at once, some of them by people who act together.

    target: how the radar names it; account: its row here, where it is known. actors, actions, reports: distinct people,
    what they did, and how much of that is reports, from started_at to ended_at. observed: people in the window that
    stood out most; expected: how many were likely there. groups, copies: as the radar's alert has them, members by
    pseudonym. examples: numbers of actions. Whether they are wrong to turn on the account, nothing here says.
    """

    class State(models.TextChoices):
        """Where it stands."""

        WAITS = "waits", _("waits")
        OPEN = "open", _("new")
        ANSWERED = "answered", _("the person is being helped")
        DISMISSED = "dismissed", _("not a pile-on")

    target = models.CharField(max_length=300)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="pile_ons")
    started_at = models.DateTimeField()
    detected_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    actors = models.PositiveIntegerField()
    actions = models.PositiveIntegerField()
    reports = models.PositiveIntegerField(default=0)
    observed = models.PositiveIntegerField()
    expected = models.FloatField()
    groups = models.JSONField(default=list)
    copies = models.JSONField(default=list)
    examples = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)

    class Meta:
        ordering = ["-detected_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="one_pile_on", fields=["target", "detected_at"]),
            models.CheckConstraint(name="pile_on_began_before", condition=Q(started_at__lte=F("detected_at"))),
            *_life("pile_on"),
        ]
        indexes = [models.Index(fields=["detected_at"], name="pile_ons_by_time")]

    def __str__(self) -> str:
        return f"pile-on {self.pk}"
