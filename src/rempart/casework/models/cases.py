"""Cases, and what was believed of each at the moments that mattered."""

from django.db import models
from django.db.models import Q

from rempart.casework.states import State
from rempart.pages.labels import CASE_STATE


class Case(models.Model):
    """All that concerns one account of the platform. Opening one says nothing about the person.

    `state` (casework.states.State) says how far the case is; that something preventive is in force is computed, never
    stored. It is changed by `services.moving.move` alone.
    """

    account = models.OneToOneField("intake.Account", models.PROTECT, related_name="case")
    state = models.CharField(max_length=8, choices=list(CASE_STATE.items()), default=State.OPENED.value)
    opened_at = models.DateTimeField()
    danger_at = models.DateTimeField(null=True)
    danger_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    danger_because = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    closed_because = models.TextField(blank=True)
    # Where it stands in the queue (priority.queue_order): written by services.desk.place alone.
    queue_order = models.FloatField(default=0.0)

    class Meta:
        indexes = [
            models.Index(fields=["-queue_order", "-id"], name="cases_in_order"),
            models.Index(
                fields=["-queue_order", "-id"], name="open_cases_in_order", condition=~Q(state=State.CLOSED.value)
            ),
        ]
        constraints = [
            models.CheckConstraint(name="case_state_is_known", condition=Q(state__in=[state.value for state in State])),
            models.CheckConstraint(
                name="danger_is_recorded_by_somebody_with_a_reason",
                condition=Q(danger_at=None) | (~Q(danger_by=None) & ~Q(danger_because="")),
            ),
            models.CheckConstraint(
                name="a_closed_case_says_who_and_why",
                condition=Q(state="closed", closed_at__isnull=False, closed_by__isnull=False) & ~Q(closed_because="")
                | ~Q(state="closed") & Q(closed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"


class AssessmentRecord(models.Model):
    """What corroboration made of the testimonies at a moment, kept as it was: decisions rest on one."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="assessments")
    made_at = models.DateTimeField()
    assessment = models.JSONField()
    credibility = models.FloatField()
    independent_sources = models.FloatField()
    coordination = models.FloatField()
    severity = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["case", "-made_at"])]

    def __str__(self) -> str:
        return f"assessment {self.pk} of case {self.case_id}"
