"""The rulebooks under which decisions are taken, as they were at the time, and how a new version comes into force."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.ledger.clock import now


class RulebookVersion(models.Model):
    """The text of a rulebook exactly as it was when decisions were taken under it.

    A new version is drafted by one person, runs in the shadow of the one in force, where it judges everything and
    decides nothing, and comes into force on a date, approved by another person who was shown its effect. The version
    that the software is set up with has neither.
    """

    class Stage(models.TextChoices):
        """How far a version is; computed from its dates."""

        DRAFT = "draft", _("draft")
        SHADOW = "shadow", _("in the shadow")
        COMING = "coming", _("approved, not in force yet")
        IN_FORCE = "in_force", _("in force")
        PAST = "past", _("no longer in force")
        WITHDRAWN = "withdrawn", _("withdrawn")
        STORED = "stored", _("kept")

    name = models.CharField(max_length=100)
    version = models.CharField(max_length=40)
    text = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    stored_at = models.DateTimeField()

    drafted_at = models.DateTimeField(null=True)
    drafted_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    drafted_because = models.TextField(blank=True)
    shadow_from = models.DateTimeField(null=True)
    shadow_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    effect_at = models.DateTimeField(null=True)
    effect = models.JSONField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    approved_because = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    withdrawn_because = models.TextField(blank=True)
    in_force_from = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-in_force_from", "name"]
        constraints = [
            models.CheckConstraint(
                name="a_draft_says_who_and_why",
                condition=Q(drafted_at=None, drafted_by=None)
                | Q(drafted_at__isnull=False, drafted_by__isnull=False) & ~Q(drafted_because=""),
            ),
            models.CheckConstraint(
                name="a_draft_comes_into_force_by_a_second_person_who_saw_its_effect",
                condition=Q(drafted_by=None)
                | Q(in_force_from=None)
                | Q(
                    shadow_from__isnull=False,
                    effect__isnull=False,
                    approved_at__isnull=False,
                    approved_by__isnull=False,
                    in_force_from__gte=F("approved_at"),
                )
                & ~Q(approved_because=""),
            ),
            models.CheckConstraint(
                name="nobody_approves_their_own_draft",
                condition=Q(approved_by=None) | Q(drafted_by=None) | ~Q(approved_by=F("drafted_by")),
            ),
            models.CheckConstraint(
                name="a_withdrawn_version_says_who_and_why",
                condition=Q(withdrawn_at=None)
                | Q(withdrawn_by__isnull=False) & ~Q(withdrawn_because="") & Q(in_force_from=None),
            ),
            models.UniqueConstraint(
                name="one_version_begins_at_a_moment", fields=["in_force_from"], condition=~Q(in_force_from=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def stage(self) -> "RulebookVersion.Stage":
        """How far it is, now."""
        if self.withdrawn_at is not None:
            return self.Stage.WITHDRAWN
        if self.in_force_from is not None:
            if self.in_force_from > now():
                return self.Stage.COMING
            later = RulebookVersion.objects.filter(in_force_from__gt=self.in_force_from, in_force_from__lte=now())
            return self.Stage.PAST if later.exists() else self.Stage.IN_FORCE
        if self.shadow_from is not None:
            return self.Stage.SHADOW
        return self.Stage.DRAFT if self.drafted_at is not None else self.Stage.STORED


class ShadowJudgement(models.Model):
    """What a version in the shadow makes of a case, beside the one in force; nothing follows from it."""

    version = models.ForeignKey(RulebookVersion, models.CASCADE, related_name="shadow_judgements")
    case = models.ForeignKey("casework.Case", models.CASCADE, related_name="shadow_judgements")
    judged_at = models.DateTimeField()
    measures = models.JSONField()
    measures_in_force = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_shadow_judgement_a_case", fields=["version", "case"])]

    def __str__(self) -> str:
        return f"case {self.case_id} in the shadow of version {self.version_id}"
