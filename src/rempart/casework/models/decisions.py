"""What was decided, what is in force, and what the platform has to do for it.

Whether a measure is in force is computed from its dates: begins ≤ now < least(end, lifted), whoever runs. What must
never happen is refused by the database: a preventive decision without an end, with a review after it, longer than 90
days in all, two at a time, taken without the approvals that it needs, or approved twice by the same person.
"""

from datetime import datetime, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Func, Q, Value
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from rempart.casework.models.cases import AssessmentRecord, Case
from rempart.casework.models.rulebooks import RulebookVersion
from rempart.ledger.clock import now
from rempart.pages.labels import APPROVAL, MEASURE
from rempart.records.vocabulary import MEASURES

LONGEST_PREVENTIVE = timedelta(days=90)


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions, by what time makes of them."""

    def in_force(self, at: datetime | None = None) -> "DecisionQuerySet":
        """Those in force at a moment (now by default)."""
        moment = at or now()
        return (
            self.with_end()
            .filter(state=Decision.State.TAKEN, begins_at__lte=moment)
            .filter(Q(real_end__gt=moment) | Q(real_end=None))
        )

    def to_come_or_in_force(self, at: datetime | None = None) -> "DecisionQuerySet":
        """Those in force at a moment and those that will be."""
        moment = at or now()
        return (
            self.with_end()
            .filter(state=Decision.State.TAKEN)
            .filter(Q(real_end__gt=F("begins_at")) | Q(real_end=None))
            .filter(Q(real_end__gt=moment) | Q(real_end=None))
        )

    def with_end(self) -> "DecisionQuerySet":
        """With `real_end`: the end, or the moment it was ended before."""
        return self.annotate(real_end=Least("ends_at", "ended_at"))


class Decision(models.Model):
    """A set of measures decided together under a rulebook: preventive, which is never a finding, or final.

    `since` is when the unbroken run of preventive decisions that this one continues began. `ended_at` is set when it is
    ended before `ends_at`: lifted, or replaced by another that takes over. `proposed_by` is null for what the rulebook
    proposed. `four_eyes` says why two people must approve (services.four_eyes); empty when one is enough.
    """

    class Mode(models.TextChoices):
        """Whether the facts are established."""

        PREVENTIVE = "preventive", _("preventive")
        FINAL = "final", _("final")

    class State(models.TextChoices):
        """What became of the proposal."""

        PROPOSED = "proposed", _("waits for approval")
        TAKEN = "taken", _("taken")
        DECLINED = "declined", _("declined")
        REPLACED = "replaced", _("replaced before it was approved")
        UNDONE = "undone", _("undone within the minute")

    class Ended(models.TextChoices):
        """How a decision ended before its end."""

        LIFTED = "lifted", _("lifted")
        TAKEN_OVER = "taken_over", _("taken over by another decision")

    case = models.ForeignKey(Case, models.CASCADE, related_name="decisions")
    assessment = models.ForeignKey(AssessmentRecord, models.PROTECT, related_name="decisions")
    rulebook = models.ForeignKey(RulebookVersion, models.PROTECT, related_name="decisions")
    mode = models.CharField(max_length=10, choices=Mode)
    articles = ArrayField(models.CharField(max_length=100))
    reasons = models.JSONField()
    approval = models.CharField(max_length=16, choices=list(APPROVAL.items()))
    lasts = models.DurationField(null=True)
    review_within = models.DurationField(null=True)
    renews = models.OneToOneField("self", models.PROTECT, null=True, related_name="renewal")
    state = models.CharField(max_length=8, choices=State)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    four_eyes = ArrayField(models.CharField(max_length=16), default=list)

    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    approved_because = models.TextField(blank=True)
    seconded_at = models.DateTimeField(null=True)
    seconded_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    seconded_because = models.TextField(blank=True)
    declined_at = models.DateTimeField(null=True)
    declined_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    declined_because = models.TextField(blank=True)

    taken_at = models.DateTimeField(null=True)
    since = models.DateTimeField(null=True)
    begins_at = models.DateTimeField(null=True)
    review_due = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    confirmed_because = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=10, choices=Ended, blank=True)
    lapse_recorded_at = models.DateTimeField(null=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["proposed_at", "pk"]
        indexes = [
            models.Index(fields=["proposed_at", "id"], name="proposals_by_age", condition=Q(state="proposed")),
            models.Index(fields=["begins_at"], name="decisions_by_beginning", condition=Q(state="taken")),
            models.Index(fields=["review_due"], name="decisions_by_review", condition=Q(state="taken")),
            models.Index(fields=["ends_at"], name="decisions_by_end", condition=Q(state="taken")),
            models.Index(
                fields=["ends_at"],
                name="lapses_to_record",
                condition=Q(state="taken", lapse_recorded_at=None)
                & ~Q(ended="lifted")
                & (Q(ended_at=None) | Q(ended_at__gte=F("ends_at"))),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_decision_is_taken_with_a_beginning",
                condition=Q(state="taken", taken_at__isnull=False, begins_at__isnull=False)
                | ~Q(state="taken") & Q(taken_at=None, begins_at=None),
            ),
            models.CheckConstraint(
                name="preventive_has_end_and_review",
                condition=~Q(mode="preventive", state="taken")
                | Q(ends_at__isnull=False, review_due__isnull=False, since__isnull=False),
            ),
            models.CheckConstraint(
                name="review_before_end",
                condition=Q(review_due=None)
                | Q(ends_at=None)
                | Q(review_due__lt=F("ends_at"), review_due__gt=F("begins_at")),
            ),
            models.CheckConstraint(
                name="preventive_at_most_90_days_in_all",
                condition=~Q(mode="preventive")
                | Q(ends_at=None)
                | Q(
                    ends_at__lte=F("since") + LONGEST_PREVENTIVE, begins_at__gte=F("since"), ends_at__gt=F("begins_at")
                ),
            ),
            ExclusionConstraint(
                name="one_preventive_decision_at_a_time",
                # int8range stands in for the equality that gist lacks without an extension.
                expressions=[
                    (Func("case", "case", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            F("begins_at"),
                            Greatest(F("begins_at"), Least(F("ends_at"), F("ended_at"))),
                            Value("[)"),
                            function="tstzrange",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(mode="preventive", state="taken"),
                # Immediate but for undoing, which puts several decisions back where they were.
                deferrable=Deferrable.IMMEDIATE,
            ),
            models.UniqueConstraint(name="one_proposal_at_a_time", fields=["case"], condition=Q(state="proposed")),
            models.CheckConstraint(
                name="approved_by_those_who_must",
                condition=~Q(state="taken")
                | Q(approval="automatic")
                | Q(approval="one_reviewer", approved_by__isnull=False)
                | Q(approval="two_reviewers", approved_by__isnull=False, seconded_by__isnull=False),
            ),
            models.CheckConstraint(
                name="four_eyes_means_two_approvals", condition=Q(four_eyes=[]) | Q(approval="two_reviewers")
            ),
            models.CheckConstraint(
                name="people_take_final_decisions", condition=~Q(mode="final", state="taken") | ~Q(approved_by=None)
            ),
            models.CheckConstraint(
                name="the_second_is_another_person",
                condition=Q(seconded_by=None) | ~Q(seconded_by=F("approved_by")) & Q(approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="approvals_have_reasons",
                condition=(Q(approved_by=None) | ~Q(approved_because="") & Q(approved_at__isnull=False))
                & (Q(seconded_by=None) | ~Q(seconded_because="") & Q(seconded_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="a_declined_decision_says_who_and_why",
                condition=~Q(state="declined")
                | Q(declined_by__isnull=False, declined_at__isnull=False) & ~Q(declined_because=""),
            ),
            models.CheckConstraint(
                name="a_confirmation_says_who_and_why",
                condition=Q(confirmed_at=None) | Q(confirmed_by__isnull=False) & ~Q(confirmed_because=""),
            ),
            models.CheckConstraint(
                name="what_ended_says_how",
                condition=Q(ended_at=None, ended="") | Q(ended_at__isnull=False) & ~Q(ended=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mode} decision {self.pk}"

    @property
    def closes_at(self) -> datetime | None:
        """When it ends or ended, whichever came first; None when it has no end."""
        return min((moment for moment in (self.ends_at, self.ended_at) if moment), default=None)

    @property
    def in_force(self) -> bool:
        """Whether it is in force now, by its dates alone."""
        if self.state != self.State.TAKEN or self.begins_at is None:
            return False
        end = self.closes_at
        return self.begins_at <= now() and (end is None or now() < end)

    @property
    def to_come(self) -> bool:
        """Whether it was taken and has not begun yet."""
        end = self.closes_at
        return (
            self.state == self.State.TAKEN
            and self.begins_at is not None
            and now() < self.begins_at
            and (end is None or end > self.begins_at)
        )

    @property
    def lapsed(self) -> bool:
        """Whether it reached its end without being lifted or taken over."""
        return (
            self.state == self.State.TAKEN
            and self.ends_at is not None
            and self.ends_at <= now()
            and self.ended != self.Ended.LIFTED
            and (self.ended_at is None or self.ended_at >= self.ends_at)
        )


class MeasureTakenQuerySet(models.QuerySet["MeasureTaken"]):
    """Measures, by what time makes of them."""

    def with_end(self) -> "MeasureTakenQuerySet":
        """With `real_end`: the earliest of the decision's end and the moment it was ended or lifted."""
        return self.annotate(real_end=Least("decision__ends_at", "decision__ended_at", "lifted_at"))

    def in_force(self, at: datetime | None = None) -> "MeasureTakenQuerySet":
        """Those in force at a moment (now by default)."""
        moment = at or now()
        return self.with_end().filter(
            Q(real_end__gt=moment) | Q(real_end=None),
            decision__state=Decision.State.TAKEN,
            decision__begins_at__lte=moment,
        )


class MeasureTaken(models.Model):
    """One measure of a decision and the articles it answers; it may be lifted by itself before the decision ends.

    `lifted_at` may lie ahead: announced at `lift_announced_at`, because complainants hear before. `lift_recorded_at` is
    when it was seen to have taken effect.
    """

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="measures")
    measure = models.CharField(max_length=24, choices=list(MEASURE.items()))
    articles = ArrayField(models.CharField(max_length=100))
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    lifted_because = models.TextField(blank=True)
    lift_announced_at = models.DateTimeField(null=True)
    lift_recorded_at = models.DateTimeField(null=True)

    objects = MeasureTakenQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["lifted_at"],
                name="lifts_to_record",
                condition=Q(lifted_at__isnull=False, lift_recorded_at=None),
            ),
        ]
        constraints = [
            models.UniqueConstraint(name="once_in_a_decision", fields=["decision", "measure"]),
            models.CheckConstraint(name="measure_is_known", condition=Q(measure__in=MEASURES)),
            models.CheckConstraint(
                name="a_lift_says_who_and_why",
                condition=Q(lifted_at=None) | Q(lifted_by__isnull=False) & ~Q(lifted_because=""),
            ),
            models.CheckConstraint(
                name="what_is_announced_or_recorded_is_lifted",
                condition=~Q(lifted_at=None) | Q(lift_announced_at=None, lift_recorded_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.measure

    @property
    def in_force(self) -> bool:
        """Whether it is in force now, by its dates alone."""
        return self.decision.in_force and (self.lifted_at is None or now() < self.lifted_at)

    @property
    def weight(self) -> int:
        """Its place from light to heavy."""
        return MEASURES.index(self.measure)


class PlatformOrder(models.Model):
    """What a platform has to do for a measure, written in the same transaction; a connector carries it out.

    A platform that cannot do exactly that may do something else (`approximated_as`, a measure). Where that is heavier
    than what was decided, one person proposes it and another approves it before it is carried out: a trigger sees to
    it.
    """

    class Action(models.TextChoices):
        """Restrict, or restore."""

        APPLY = "apply", _("apply")
        LIFT = "lift", _("lift")

    measure = models.ForeignKey(MeasureTaken, models.CASCADE, related_name="orders")
    action = models.CharField(max_length=5, choices=Action)
    due_at = models.DateTimeField()
    ordered_at = models.DateTimeField()
    carried_out_at = models.DateTimeField(null=True)
    approximated_as = models.CharField(max_length=24, choices=list(MEASURE.items()), blank=True)
    approximated_because = models.TextField(blank=True)
    approximation_proposed_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    approximation_approved_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    approximation_approved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            # Not once for all: what an undone act took off, or put in force, is ordered again.
            models.UniqueConstraint(name="ordered_once", fields=["measure", "action", "due_at"]),
            models.CheckConstraint(name="approximation_is_known", condition=Q(approximated_as__in=["", *MEASURES])),
            models.CheckConstraint(
                name="an_approximation_says_who_and_why",
                condition=Q(approximated_as="", approximation_proposed_by=None)
                | Q(approximation_proposed_by__isnull=False) & ~Q(approximated_because="") & ~Q(approximated_as=""),
            ),
            models.CheckConstraint(
                name="another_person_approves_an_approximation",
                condition=Q(approximation_approved_by=None, approximation_approved_at=None)
                | Q(approximation_approved_at__isnull=False, approximation_proposed_by__isnull=False)
                & ~Q(approximation_approved_by=F("approximation_proposed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.measure}"
