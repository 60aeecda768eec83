"""The platforms that Rempart acts on, what became of each order, what was seen there, and where listening stands."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.intake.fields import ServiceField
from rempart.platforms.atproto.models import Label, SeenToken, SigningKey  # noqa: F401 - tables of this room


class Platform(models.Model):
    """A platform of one's own, as an administrator set it up. `secret` is sealed and never shown again.

    `hosts`: the servers whose accounts are ours (for matrix and mastodon, the part after the colon or the second @);
    empty for a service that is one platform. `failures`, `closed_until`: the circuit breaker; while it is open nothing
    is tried there.
    """

    name = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=16)
    service = ServiceField()
    hosts = models.JSONField(default=list)
    address = models.URLField(max_length=300)
    settings = models.JSONField(default=dict)
    secret = models.BinaryField(null=True)
    enabled = models.BooleanField(default=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("staff.StaffMember", models.SET_NULL, null=True, related_name="+")
    failures = models.PositiveIntegerField(default=0)
    closed_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Execution(models.Model):
    """What became of one order on one platform. Times are when it happened there, as far as it is known.

    `mark`: the platform's own reference of what we did. `sent_at`: from here on it may have been done, whatever we
    recorded. `done_at`: the platform said yes. `seen_at`: it was then seen in force (or seen gone, for a lift).
    `preserved_at`: what could be lost was kept before. `again`: how often it was repeated on purpose.
    `checked_at`: when what holds was last compared with it, or could not be.
    """

    class State(models.TextChoices):
        """Where it stands."""

        WAITS = "waits", _("waits")
        DONE = "done", _("done")
        FAILED = "failed", _("a person has to look")
        DROPPED = "dropped", _("no longer wanted")

    order = models.OneToOneField("casework.PlatformOrder", models.CASCADE, related_name="execution")
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="executions")
    state = models.CharField(max_length=8, choices=State, default=State.WAITS)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    preserved_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    again = models.PositiveSmallIntegerField(default=0)
    mark = models.CharField(max_length=300, blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["next_try_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="what_is_done_has_its_moment", condition=~Q(state="done") | Q(done_at__isnull=False)
            ),
            models.CheckConstraint(name="what_failed_says_why", condition=~Q(state="failed") | ~Q(problem="")),
            models.CheckConstraint(
                name="seen_after_it_was_done", condition=Q(seen_at=None) | Q(seen_at__gte=F("done_at"))
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="executions_waiting", condition=Q(state="waits")),
            models.Index(fields=["platform", "checked_at"], name="executions_to_check", condition=Q(state="done")),
        ]

    def __str__(self) -> str:
        return f"execution of order {self.order_id}"


class Standing(models.Model):
    """What became of something that a room asks to hold on a platform for a while, or to do once.

    It compares instead of taking steps: what is wanted (the order's `wanted`) with what was done. `sent_at`: from here
    on it may have been done, whatever we recorded. `next_try_at`: when it is looked at next; once it holds, its end.
    `again`: how often it was repeated on purpose. `checked_at`: when what holds was last compared with it.
    """

    class State(models.TextChoices):
        """Where it stands."""

        WAITS = "waits", _("waits")
        HOLDS = "holds", _("done")
        OVER = "over", _("taken off")
        FAILED = "failed", _("a person has to look")
        DROPPED = "dropped", _("no longer wanted")

    state = models.CharField(max_length=8, choices=State, default=State.WAITS)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    again = models.PositiveSmallIntegerField(default=0)
    mark = models.CharField(max_length=300, blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        abstract = True
        ordering = ["next_try_at", "pk"]


class CareExecution(Standing):
    """What became of something that care asks for, on one platform: the counterpart of `Execution` for help."""

    order = models.OneToOneField("care.CareOrder", models.CASCADE, related_name="execution")
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="care_executions")

    class Meta(Standing.Meta):
        constraints = [
            models.CheckConstraint(name="what_holds_was_sent", condition=~Q(state="holds") | Q(sent_at__isnull=False)),
            models.CheckConstraint(name="what_failed_in_care_says_why", condition=~Q(state="failed") | ~Q(problem="")),
            models.CheckConstraint(
                name="what_was_never_sent_is_dropped", condition=~Q(state="dropped") | Q(sent_at=None)
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="care_executions_to_look_at",
                condition=Q(state__in=["waits", "holds", "failed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"execution of care order {self.order_id}"


class AgeExecution(Standing):
    """What became of something that the age room asks for, on one platform."""

    order = models.OneToOneField("age.AgeOrder", models.CASCADE, related_name="execution")
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="age_executions")

    class Meta(Standing.Meta):
        constraints = [
            models.CheckConstraint(
                name="what_holds_for_an_age_was_sent", condition=~Q(state="holds") | Q(sent_at__isnull=False)
            ),
            models.CheckConstraint(
                name="what_failed_for_an_age_says_why", condition=~Q(state="failed") | ~Q(problem="")
            ),
            models.CheckConstraint(
                name="what_is_dropped_for_an_age_was_never_sent", condition=~Q(state="dropped") | Q(sent_at=None)
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="age_executions_to_look_at",
                condition=Q(state__in=["waits", "holds", "failed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"execution of age order {self.order_id}"


class PreservedCopy(models.Model):
    """Something of an account kept before the first measure changed it, under the name that its platform gave it."""

    execution = models.ForeignKey(Execution, models.CASCADE, related_name="copies")
    name = models.CharField(max_length=255)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="preserved_once", fields=["execution", "name"])]

    def __str__(self) -> str:
        return self.name


class Drift(models.Model):
    """What should be in force and what was seen differ; open until it is settled by itself or by a person."""

    class Kind(models.TextChoices):
        """How they differ."""

        LOST = "lost", _("should be in force, and is not")
        LINGERS = "lingers", _("should be over, and is still in force")
        FOREIGN = "foreign", _("restricted by the platform's own staff")
        GONE = "gone", _("the account is not there any more")

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="drifts")
    measure = models.ForeignKey("casework.MeasureTaken", models.CASCADE, related_name="drifts")
    kind = models.CharField(max_length=8, choices=Kind)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("staff.StaffMember", models.SET_NULL, null=True, related_name="+")
    settled_because = models.TextField(blank=True)

    class Meta:
        ordering = ["-found_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_drift_of_a_kind", fields=["measure", "kind"], condition=Q(settled_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.measure_id}"


class Cursor(models.Model):
    """How far a listener has come, kept in the transaction that kept what it heard.

    `listener` is the platform's name, or `NAME:what` where a platform tells us things in another way as well. The
    counts are of what was taken in since the beginning; `refused` is what could not be read or stored.
    """

    listener = models.CharField(max_length=80, primary_key=True)
    position = models.JSONField()
    heard_at = models.DateTimeField()
    posts = models.PositiveBigIntegerField(default=0)
    deleted = models.PositiveBigIntegerField(default=0)
    reports = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.listener


class AccountDescription(models.Model):
    """What a platform last said of an account, and when; what is believed of the account stands in intake.

    `said`: reach, age_band, monetised and country as the platform gave them, null where it did not say.
    `staff`: whether it is one of the platform's own staff. `problem`: why it did not answer the last time it was asked.
    """

    account = models.OneToOneField("intake.Account", models.CASCADE, related_name="description")
    platform = models.ForeignKey(Platform, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    said = models.JSONField(default=dict)
    staff = models.BooleanField(default=False)
    problem = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.platform} on account {self.account_id}"
