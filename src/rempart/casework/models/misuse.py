"""Misuse of reporting (DSA Art. 23): reports found manifestly unfounded, warnings, and a right to report suspended.

Two different people find a report manifestly unfounded; a third step, the suspension, follows a warning that another
person gave. An unproved report is none of this. What must never happen is refused by the database.
"""

from datetime import datetime, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _

from rempart.ledger.clock import now

LONGEST_SUSPENSION = timedelta(days=180)


class UnfoundedReport(models.Model):
    """A report that somebody finds manifestly unfounded: it counts as such once another person agrees.

    gravity, intent: what Art. 23(3) asks to be weighed, as the two people see it.
    """

    class Gravity(models.IntegerChoices):
        """What the report did."""

        NONE = 1, _("nobody was restricted because of it")
        RESTRICTED = 2, _("somebody was restricted because of it")
        CAMPAIGN = 3, _("it was part of a campaign against somebody")

    class Intent(models.TextChoices):
        """Why it was sent, where that can be seen."""

        UNKNOWN = "unknown", _("cannot be seen")
        MISTAKEN = "mistaken", _("a mistake")
        KNOWING = "knowing", _("knowing that it was wrong")

    report = models.ForeignKey("intake.Report", models.CASCADE, related_name="found_unfounded")
    gravity = models.PositiveSmallIntegerField(choices=Gravity)
    intent = models.CharField(max_length=8, choices=Intent)
    found_at = models.DateTimeField()
    found_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    found_because = models.TextField()
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    agreed_because = models.TextField(blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    undone_because = models.TextField(blank=True)

    class Meta:
        ordering = ["found_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="found_once_at_a_time", fields=["report"], condition=Q(undone_at=None)),
            models.CheckConstraint(name="unfounded_says_why", condition=~Q(found_because="")),
            models.CheckConstraint(name="gravity_is_known", condition=Q(gravity__in=[1, 2, 3])),
            models.CheckConstraint(name="intent_is_known", condition=Q(intent__in=["unknown", "mistaken", "knowing"])),
            models.CheckConstraint(
                name="unfounded_takes_two_people",
                condition=Q(agreed_at=None, agreed_by=None, agreed_because="")
                | Q(agreed_at__isnull=False, agreed_by__isnull=False)
                & ~Q(agreed_by=F("found_by"))
                & ~Q(agreed_because=""),
            ),
            models.CheckConstraint(
                name="what_was_undone_says_who_and_why",
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undone_because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"report {self.report_id} found unfounded"


class ReportingRestrictionQuerySet(models.QuerySet["ReportingRestriction"]):
    """Warnings and suspensions, by what time makes of them."""

    def in_force(self, at: datetime | None = None) -> "ReportingRestrictionQuerySet":
        """Those that hold at a moment (now by default)."""
        moment = at or now()
        return self.filter(begins_at__lte=moment, ends_at__gt=moment).filter(
            Q(lifted_at=None) | Q(lifted_at__gt=moment)
        )


class ReportingRestriction(models.Model):
    """A warning to somebody who frequently reports what is manifestly unfounded, or, after one, a suspension.

    reporter: their pseudonym. It ends by itself: a warning stops counting, a suspension is over. `because` is what the
    person reads ({"fr", "en"}); `weighed` the numbers that Art. 23(3) asks for, as they were. In force is computed.
    """

    class Kind(models.TextChoices):
        """How far it goes."""

        WARNING = "warning", _("warning")
        SUSPENSION = "suspension", _("right to report suspended")

    kind = models.CharField(max_length=10, choices=Kind)
    reporter = models.CharField(max_length=128, db_index=True)
    conversation = models.ForeignKey("correspondence.Conversation", models.SET_NULL, null=True, related_name="+")
    after = models.ForeignKey("self", models.PROTECT, null=True, related_name="suspensions")
    rests_on = models.ManyToManyField(UnfoundedReport, related_name="restrictions")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    decided_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    because = models.JSONField()
    weighed = models.JSONField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    lifted_because = models.TextField(blank=True)

    objects = ReportingRestrictionQuerySet.as_manager()

    class Meta:
        ordering = ["begins_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="a_suspension_follows_a_warning",
                condition=Q(kind="warning", after=None) | Q(kind="suspension", after__isnull=False),
            ),
            models.CheckConstraint(name="reporting_restriction_ends", condition=Q(ends_at__gt=F("begins_at"))),
            models.CheckConstraint(
                name="a_suspension_is_not_for_long",
                condition=~Q(kind="suspension") | Q(ends_at__lte=F("begins_at") + LONGEST_SUSPENSION),
            ),
            models.CheckConstraint(
                name="a_lifted_restriction_says_who_and_why",
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__gte=F("begins_at"), lifted_by__isnull=False) & ~Q(lifted_because=""),
            ),
            ExclusionConstraint(
                name="one_suspension_at_a_time",
                # A number stands in for the text, whose equality gist lacks without an extension.
                expressions=[
                    (
                        Func(
                            Func("reporter", Value(0), function="hashtextextended"),
                            Func("reporter", Value(0), function="hashtextextended"),
                            Value("[]"),
                            function="int8range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            F("begins_at"),
                            Least(F("ends_at"), F("lifted_at")),
                            Value("[)"),
                            function="tstzrange",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(kind="suspension"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def in_force(self) -> bool:
        """Whether it holds now."""
        return self.begins_at <= now() < min(one for one in (self.ends_at, self.lifted_at) if one)
