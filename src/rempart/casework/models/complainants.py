"""Those who reported and can be reached, and what they are to be told, when.

Authors of public posts are not here: nobody is written to who did not write to us first.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.casework.models.cases import Case
from rempart.casework.models.decisions import Decision
from rempart.casework.models.process import Outcome


class Complainant(models.Model):
    """Somebody who reported the account of a case, by pseudonym, and the conversation with them.

    `joined_at` is when they first reported it: they hear of what is done after that. `danger_said_at` is when they last
    said that they are in danger now, `danger_due_at` until when a person has to look, `danger_seen_at` when one did.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="complainants")
    reporter = models.CharField(max_length=128)
    conversation = models.OneToOneField("correspondence.Conversation", models.CASCADE, related_name="complainant")
    minor = models.BooleanField(null=True)
    joined_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    danger_said_at = models.DateTimeField(null=True)
    danger_due_at = models.DateTimeField(null=True)
    danger_seen_at = models.DateTimeField(null=True)
    danger_seen_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="one_complainant_a_person", fields=["case", "reporter"]),
            models.CheckConstraint(
                name="danger_is_looked_at_by_a_date",
                condition=Q(danger_said_at=None, danger_due_at=None) | Q(danger_due_at__gt=F("danger_said_at")),
            ),
            models.CheckConstraint(
                name="danger_is_seen_by_somebody_once_said",
                condition=Q(danger_seen_at=None, danger_seen_by=None)
                | Q(danger_seen_at__gte=F("danger_said_at"), danger_seen_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["danger_due_at"],
                name="dangers_to_look_at",
                condition=Q(danger_said_at__isnull=False, danger_seen_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"complainant {self.pk} of case {self.case_id}"


class Telling(models.Model):
    """Something that the complainants of a case are to be told at a moment, if it is still true then; said once.

    `key` names it among all (`measure:12`), `facts` holds what its words need beside the decision or the outcome.
    """

    class Kind(models.TextChoices):
        """What they are told. The words are in casework/complainants/words.yaml."""

        MEASURE = "measure", _("a measure began")
        LAPSE = "lapse", _("a measure ended by itself")
        BEFORE_LIFT = "before_lift", _("a measure will be lifted")
        LIFT_CANCELLED = "lift_cancelled", _("a measure will not be lifted after all")
        LIFTED = "lifted", _("a measure was lifted")
        OUTCOME = "outcome", _("the outcome")

    case = models.ForeignKey(Case, models.CASCADE, related_name="tellings")
    kind = models.CharField(max_length=18, choices=Kind)
    key = models.CharField(max_length=120, unique=True)
    decision = models.ForeignKey(Decision, models.CASCADE, null=True, related_name="+")
    outcome = models.ForeignKey(Outcome, models.CASCADE, null=True, related_name="+")
    facts = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    said_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.CheckConstraint(name="said_or_dropped", condition=Q(said_at=None) | Q(dropped_at=None)),
            models.CheckConstraint(
                name="never_said_too_early", condition=Q(said_at=None) | Q(said_at__gte=F("due_at"))
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="tellings_due", condition=Q(said_at=None, dropped_at=None)),
        ]

    def __str__(self) -> str:
        return self.key
