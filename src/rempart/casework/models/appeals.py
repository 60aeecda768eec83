"""Internal complaints (DSA Art. 20, "appeals" on pages), until when they can be made, and looking again after a reply.

Nobody judges their own decision: triggers refuse an answer by anybody who took part in what is appealed, or who
declared a conflict of interest, and a later part in it by whoever answered. What an appeal is about never changes.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rempart.casework.models.cases import Case
from rempart.casework.models.decisions import Decision
from rempart.casework.models.misuse import ReportingRestriction
from rempart.casework.models.process import Outcome
from rempart.casework.states import State as CaseState


class Appeal(models.Model):
    """A complaint by somebody outside against a decision that concerns them, and the answer that a person gave to it.

    A respondent appeals a decision that restricts them; a complainant a refusal to act: a decision declined or lifted,
    or the outcome no_action or lifted; a reporter a warning or a suspended right to report. `state_before` is where the
    case stood; `reopened` the proposal that an upheld complaint opened again. `decided_because`: the reasons as the
    person reads them, {"fr": …, "en": …}, in one language or both.
    """

    class By(models.TextChoices):
        """What the person is to the case."""

        RESPONDENT = "respondent", _("the person concerned")
        COMPLAINANT = "complainant", _("a person who reported")
        REPORTER = "reporter", _("a person whose right to report was suspended")

    class State(models.TextChoices):
        """What became of it."""

        FILED = "filed", _("waits for an answer")
        UPHELD = "upheld", _("upheld")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn by its author")

    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="appeals")
    by = models.CharField(max_length=11, choices=By)
    conversation = models.ForeignKey("correspondence.Conversation", models.CASCADE, related_name="+")
    decision = models.ForeignKey(Decision, models.CASCADE, null=True, related_name="appeals")
    outcome = models.ForeignKey(Outcome, models.CASCADE, null=True, related_name="appeals")
    restriction = models.ForeignKey(ReportingRestriction, models.CASCADE, null=True, related_name="appeals")
    filed_at = models.DateTimeField()
    grounds = models.TextField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.FILED)
    state_before = models.CharField(max_length=8, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    decided_because = models.JSONField(default=dict)
    reopened = models.OneToOneField(Decision, models.SET_NULL, null=True, related_name="reopened_by")

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["due_at"], name="appeals_waiting", condition=Q(state="filed")),
            models.Index(fields=["filed_at"], name="appeals_filed"),
        ]
        constraints = [
            models.CheckConstraint(
                name="an_appeal_is_about_what_its_author_may_appeal",
                condition=Q(by="respondent", case__isnull=False, decision__isnull=False, outcome=None, restriction=None)
                | Q(by="complainant", case__isnull=False, restriction=None)
                & (Q(decision__isnull=False, outcome=None) | Q(decision=None, outcome__isnull=False))
                | Q(by="reporter", case=None, decision=None, outcome=None, restriction__isnull=False),
            ),
            models.CheckConstraint(name="an_appeal_says_why", condition=~Q(grounds="")),
            models.CheckConstraint(
                name="appeal_state_is_known", condition=Q(state__in=["filed", "upheld", "rejected", "withdrawn"])
            ),
            models.CheckConstraint(
                name="an_appeal_returns_a_case_to_where_it_stood",
                condition=Q(case=None, state_before="")
                | Q(case__isnull=False, state_before__in=[one.value for one in CaseState if one != CaseState.APPEALED]),
            ),
            models.CheckConstraint(
                name="an_appeal_is_answered_by_a_person_with_reasons",
                condition=Q(state__in=["upheld", "rejected"], decided_at__isnull=False, decided_by__isnull=False)
                & ~Q(decided_because={})
                | ~Q(state__in=["upheld", "rejected"]) & Q(decided_at=None, decided_by=None, decided_because={}),
            ),
            models.CheckConstraint(
                name="a_withdrawn_appeal_says_when",
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | ~Q(state="withdrawn") & Q(withdrawn_at=None),
            ),
            models.CheckConstraint(
                name="only_an_upheld_complaint_reopens",
                condition=Q(reopened=None) | Q(by="complainant", state="upheld"),
            ),
            models.UniqueConstraint(
                name="one_open_appeal_of_a_decision", fields=["conversation", "decision"], condition=Q(state="filed")
            ),
            models.UniqueConstraint(
                name="one_open_appeal_of_an_outcome", fields=["conversation", "outcome"], condition=Q(state="filed")
            ),
            models.UniqueConstraint(
                name="one_open_appeal_of_a_restriction",
                fields=["conversation", "restriction"],
                condition=Q(state="filed"),
            ),
        ]

    def __str__(self) -> str:
        return f"appeal {self.pk}"

    @property
    def target(self) -> Decision | Outcome | ReportingRestriction:
        """What it is about."""
        return self.decision or self.outcome or self.restriction


class AppealWindow(models.Model):
    """From when, and until when, a side can appeal something: six months from being told (Art. 20(1) and (2)).

    The end is computed once, as a period of the calendar (casework.periods), and kept: it is what people were told.
    """

    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="appeal_windows")
    by = models.CharField(max_length=11, choices=Appeal.By)
    decision = models.ForeignKey(Decision, models.CASCADE, null=True, related_name="appeal_windows")
    outcome = models.ForeignKey(Outcome, models.CASCADE, null=True, related_name="appeal_windows")
    restriction = models.ForeignKey(ReportingRestriction, models.CASCADE, null=True, related_name="appeal_windows")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_window_is_about_one_thing",
                condition=Q(
                    by__in=["respondent", "complainant"], decision__isnull=False, outcome=None, restriction=None
                )
                | Q(by="complainant", decision=None, outcome__isnull=False, restriction=None)
                | Q(by="reporter", case=None, decision=None, outcome=None, restriction__isnull=False),
            ),
            models.CheckConstraint(
                name="a_window_closes_after_it_opens", condition=Q(closes_at__gt=models.F("opens_at"))
            ),
            models.UniqueConstraint(name="one_window_on_a_decision", fields=["decision", "by"]),
            models.UniqueConstraint(name="one_window_on_an_outcome", fields=["outcome", "by"]),
            models.UniqueConstraint(name="one_window_on_a_restriction", fields=["restriction", "by"]),
        ]

    def __str__(self) -> str:
        return f"window {self.pk}"


class Reconsideration(models.Model):
    """A decision to be looked at again: the person concerned answered in time, or what it rested on has changed.

    A reply concerns what is preventive, and so does a report that was taken back; a link between accounts that was
    withdrawn, final decisions too. A reviewer keeps it or lifts it, with a reason; it needs no answer any more once
    nothing of the kind stands.
    """

    class Because(models.TextChoices):
        """Why it is looked at again."""

        REPLY = "reply", _("the person replied")
        LINK = "link", _("what is said of another account counts no more")
        LESS = "less", _("less is said than when it was decided")

    class State(models.TextChoices):
        """What became of it."""

        WAITS = "waits", _("waits for a reviewer")
        KEPT = "kept", _("kept")
        LIFTED = "lifted", _("lifted")
        OVER = "over", _("ended before it was looked at")

    case = models.ForeignKey(Case, models.CASCADE, related_name="reconsiderations")
    decision = models.ForeignKey(Decision, models.CASCADE, related_name="reconsiderations")
    because = models.CharField(max_length=5, choices=Because, default=Because.REPLY)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State, default=State.WAITS)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    answered_because = models.TextField(blank=True)

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [models.Index(fields=["due_at"], name="reconsiderations_by_date")]
        constraints = [
            models.CheckConstraint(
                name="a_reconsideration_is_answered_by_a_person_with_a_reason",
                condition=Q(state__in=["kept", "lifted"], answered_at__isnull=False, answered_by__isnull=False)
                & ~Q(answered_because="")
                | Q(state="over", answered_at__isnull=False, answered_by=None)
                | Q(state="waits", answered_at=None, answered_by=None),
            ),
            models.UniqueConstraint(name="one_reconsideration_at_a_time", fields=["case"], condition=Q(state="waits")),
        ]

    def __str__(self) -> str:
        return f"reconsideration {self.pk}"
