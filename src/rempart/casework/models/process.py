"""How a case was handled: who keeps out of it, how its question was answered, and what was done on it a moment ago."""

from django.db import models
from django.db.models import Q

from rempart.casework.models.cases import Case
from rempart.casework.models.decisions import Decision
from rempart.pages.labels import OUTCOME


class ConflictOfInterest(models.Model):
    """Somebody who said that they cannot judge a case impartially. A trigger refuses their name on any act on it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="conflicts")
    member = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()
    because = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="declared_once", fields=["case", "member"]),
            models.CheckConstraint(name="a_conflict_says_why", condition=~Q(because="")),
        ]

    def __str__(self) -> str:
        return f"{self.member} keeps out of case {self.case_id}"


class Outcome(models.Model):
    """An answer to the question that a case asks; the latest one holds.

    `words` ({"fr", "en"}) is what the person concerned reads, where the reviewer wrote to them; `because` stays here.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="outcomes")
    kind = models.CharField(max_length=13, choices=list(OUTCOME.items()))
    decision = models.ForeignKey(Decision, models.CASCADE, null=True, related_name="outcomes")
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    because = models.TextField()
    words = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["decided_at", "pk"]
        constraints = [
            models.CheckConstraint(name="outcome_is_known", condition=Q(kind__in=[*OUTCOME])),
            models.CheckConstraint(name="an_outcome_says_why", condition=~Q(because="")),
            models.CheckConstraint(
                name="what_was_measured_or_lifted_is_named",
                condition=~Q(kind__in=["final_measure", "lifted"]) | Q(decision__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on case {self.case_id}"


class LastAct(models.Model):
    """What somebody did last on a case and what it changed, so that they can undo it; gone soon after the minute is.

    `changes` lists the rows that differ: `{"row": "decision:7", "before": {column: value} or null when the act made the
    row, "after": {column: value}}`, the columns that changed only.
    """

    case = models.OneToOneField(Case, models.CASCADE, related_name="last_act")
    member = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24)
    at = models.DateTimeField()
    changes = models.JSONField()

    def __str__(self) -> str:
        return f"{self.kind} on case {self.case_id}"
