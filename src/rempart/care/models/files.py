"""Files of people looked after: who they are, where their support stands, and the steps of the care team.

A file names an account of its own accord (service, handle, number), never by a row of intake or casework: care and
discipline share no key, so that neither can be read from the other. It restricts nobody and finds nothing.
"""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.intake.fields import ServiceField
from rempart.intake.models import Account
from rempart.ledger.clock import now
from rempart.records.references import AccountReference


class CareFile(models.Model):
    """Support offered to whoever owns an account that suddenly became known.

    age_band, country: what the platform knows, null where it does not; an unknown age counts as a minor's wherever that
    protects. alert: what the lookout noticed ("lookout.famealert:12"), blank when a person opened the file, who then
    says why in `because`. priority: see `priority_of`; the smallest first. paused_until: null while paused means until
    they say. stood: the state that a pause or a freeze interrupts. erasing_since: all is erased but what waits for
    the platform to take off what it was asked for.
    """

    class State(models.TextChoices):
        """Where the support stands."""

        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        PAUSED = "paused", _("paused")
        ENDED = "ended", _("ended")
        FROZEN = "frozen", _("silent")

    class Safe(models.TextChoices):
        """Whether a guardian may be told, as the person looked after says."""

        UNKNOWN = "unknown", _("not said yet")
        LATER = "later", _("not now")
        YES = "yes", _("yes")
        NO = "no", _("no: telling them is not safe")

    service = ServiceField()
    handle = models.CharField(max_length=255)
    platform_id = models.CharField(max_length=255, null=True)  # noqa: DJ001 – unknown is not an empty number
    age_band = models.CharField(max_length=8, choices=Account.AgeBand, null=True)  # noqa: DJ001 – null is "unknown"
    country = models.CharField(max_length=64, null=True)  # noqa: DJ001
    language = models.CharField(max_length=2, default="fr")
    opened_at = models.DateTimeField(default=now)
    opened_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    because = models.TextField(blank=True)
    alert = models.CharField(max_length=120, blank=True)
    noticed_at = models.DateTimeField(default=now)
    priority = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.OFFERED)
    state_at = models.DateTimeField(default=now)
    stood = models.CharField(max_length=8, choices=State, blank=True)
    paused_until = models.DateTimeField(null=True)
    ended_because = models.TextField(blank=True)
    erasing_since = models.DateTimeField(null=True)
    safe_to_tell_guardian = models.CharField(max_length=7, choices=Safe, default=Safe.UNKNOWN)
    held_by = models.ForeignKey("staff.StaffMember", models.SET_NULL, null=True, related_name="+")
    conversation = models.OneToOneField("correspondence.Conversation", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["priority", "-noticed_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="one_care_file_a_handle", fields=["service", "handle"]),
            models.UniqueConstraint(
                name="one_care_file_a_number", fields=["service", "platform_id"], condition=~Q(platform_id=None)
            ),
            models.CheckConstraint(
                name="care_state_is_known",
                condition=Q(state__in=["offered", "accepted", "declined", "paused", "ended", "frozen"]),
            ),
            models.CheckConstraint(
                name="a_care_file_is_noticed_or_a_person_says_why",
                condition=~Q(alert="") | Q(opened_by__isnull=False) & ~Q(because=""),
            ),
            models.CheckConstraint(
                name="what_is_interrupted_stood_somewhere",
                condition=Q(state__in=["paused", "frozen"], stood__in=["offered", "accepted", "declined", "ended"])
                | ~Q(state__in=["paused", "frozen"]) & Q(stood=""),
            ),
            models.CheckConstraint(
                name="only_a_pause_ends_by_itself", condition=Q(paused_until=None) | Q(state="paused")
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "-noticed_at", "id"],
                name="care_files_to_look_after",
                condition=Q(state__in=["offered", "accepted", "paused"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.service}:{self.handle}"

    @property
    def reference(self) -> AccountReference:
        """How records, and orders to the platform, name the account."""
        return AccountReference(self.service, self.handle, self.platform_id)

    @property
    def standing(self) -> "CareFile.State":
        """Where the support stands as of now: a pause ends by itself."""
        if self.state == self.State.PAUSED and self.paused_until is not None and self.paused_until <= now():
            return self.State(self.stood)
        return self.State(self.state)

    @property
    def treated_as_minor(self) -> bool:
        """Whether to look after them as after a minor: a minor's age, or none that is known."""
        return self.age_band != Account.AgeBand.ADULT

    @property
    def under_16(self) -> bool:
        """Whether they are known to be under 16: what the French law on children's filmed work asks."""
        return self.age_band in {Account.AgeBand.UNDER_13, Account.AgeBand.FROM_13}


class CareStep(models.Model):
    """One thing that the care team does for somebody, from `steps.yaml`: to do from `starts`, by `due`.

    done_by: null where it was done by the person themself or by the software. note: what colleagues should know.
    """

    file = models.ForeignKey(CareFile, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=30)
    starts = models.DateTimeField()
    due = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)
    skipped_at = models.DateTimeField(null=True)
    skipped_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    skipped_because = models.TextField(blank=True)

    class Meta:
        ordering = ["due", "pk"]
        constraints = [
            models.UniqueConstraint(name="one_care_step_of_a_kind", fields=["file", "kind"]),
            models.CheckConstraint(name="a_care_step_has_its_time", condition=Q(due__gt=F("starts"))),
            models.CheckConstraint(
                name="a_care_step_is_done_or_skipped_with_a_reason",
                condition=Q(skipped_at=None, skipped_by=None, skipped_because="")
                & (Q(done_at__isnull=False) | Q(done_by=None))
                | Q(skipped_at__isnull=False, done_at=None, done_by=None) & ~Q(skipped_because=""),
            ),
        ]
        indexes = [
            models.Index(fields=["due"], name="care_steps_to_do", condition=Q(done_at=None, skipped_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of care file {self.file_id}"

    @property
    def waits(self) -> bool:
        """Whether somebody still has to do it."""
        return self.done_at is None and self.skipped_at is None

    @property
    def late(self) -> bool:
        """Whether it should have been done."""
        return self.waits and self.due <= now()

    @property
    def closed_at(self) -> datetime | None:
        """Since when nobody has to do it any more."""
        return self.done_at or self.skipped_at
