"""What authorities are told: the decision to inform them or not, referrals to them, and legal holds.

None of it says that anybody did anything: DSA Art. 18 asks for information on a suspicion, a hold only keeps things.
"""

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.casework.models.cases import Case
from rempart.ledger.clock import now

ALARM_AFTER, DUE_AFTER = timedelta(hours=12), timedelta(hours=24)


class ThreatDecision(models.Model):
    """Whether to inform the authorities of a possible threat to somebody's life or safety (DSA Art. 18).

    Opened by itself or by a person, decided by a person within a day. `facts` is how many accounts of it were known
    when it was last looked at: what comes after a decision opens another. The States are those of Art. 18: where the
    offence may take place, where the suspect and the person harmed live; else our own State or Europol (18(2)).
    """

    class Ground(models.TextChoices):
        """Why it has to be decided."""

        MINOR = "minor", _("what is described is very serious and concerns a minor")
        LIFE = "life", _("somebody's life or safety may be in danger")

    class Article434(models.TextChoices):
        """What art. 434-3 of the French penal code was found to ask: to tell of abuse of a minor or a frail person."""

        ASKS = "asks", _("It asks us to inform the judicial or administrative authorities.")
        NOT_CONCERNED = "not_concerned", _("It was considered and does not concern what is described here.")

    case = models.ForeignKey(Case, models.CASCADE, related_name="threats")
    ground = models.CharField(max_length=5, choices=Ground)
    facts = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    opened_because = models.TextField(blank=True)
    alarm_at = models.DateTimeField()
    due_at = models.DateTimeField()
    alarm_recorded_at = models.DateTimeField(null=True)
    overdue_recorded_at = models.DateTimeField(null=True)

    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    inform = models.BooleanField(null=True)
    because = models.TextField(blank=True)
    offence_state = models.CharField(max_length=2, blank=True)
    suspect_state = models.CharField(max_length=2, blank=True)
    victim_state = models.CharField(max_length=2, blank=True)
    own_state = models.BooleanField(default=False)
    europol = models.BooleanField(default=False)
    article_434_3 = models.CharField(max_length=13, choices=Article434, blank=True)

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_threat_decision_a_ground", fields=["case", "ground"], condition=Q(decided_at=None)
            ),
            models.CheckConstraint(
                name="a_threat_is_decided_by_somebody_with_a_reason",
                condition=Q(decided_at=None, decided_by=None, inform=None, because="", article_434_3="")
                | Q(decided_at__isnull=False, decided_by__isnull=False, inform__isnull=False)
                & ~Q(because="")
                & ~Q(article_434_3=""),
            ),
            models.CheckConstraint(
                name="whoever_informs_says_whom",
                condition=~Q(inform=True)
                | ~Q(offence_state="", suspect_state="", victim_state="", own_state=False, europol=False),
            ),
            models.CheckConstraint(
                name="threat_alarm_before_due",
                condition=Q(alarm_at__gt=F("opened_at"), due_at__gt=F("alarm_at")),
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="threats_to_decide", condition=Q(decided_at=None))]

    def __str__(self) -> str:
        return f"threat decision {self.pk} on case {self.case_id}"

    @property
    def overdue(self) -> bool:
        """Whether a day passed and nobody decided."""
        return self.decided_at is None and now() >= self.due_at

    @property
    def alarmed(self) -> bool:
        """Whether half a day passed and nobody decided."""
        return self.decided_at is None and now() >= self.alarm_at

    @property
    def states(self) -> list[str]:
        """The codes of the Member States named, each once."""
        return list(dict.fromkeys(filter(None, (self.offence_state, self.suspect_state, self.victim_state))))


class Referral(models.Model):
    """A file for an authority: assembled and sealed as it is, read by a person, then approved or discarded.

    `dated` is the moment whose facts it holds. The archive is `file`, which a discarded referral has no more.
    """

    class Kind(models.TextChoices):
        """To whom."""

        JUSTICE = "justice", _("police or prosecutor")
        ONLINE_REPORTING = "online_reporting", _("public reporting portal (such as PHAROS)")
        CHILD_PROTECTION = "child_protection", _("child-protection service")
        OTHER_STATE = "other_state", _("another Member State or Europol")

    class State(models.TextChoices):
        """What became of it."""

        ASSEMBLED = "assembled", _("to be read and approved")
        APPROVED = "approved", _("approved")
        DISCARDED = "discarded", _("discarded")

    case = models.ForeignKey(Case, models.CASCADE, related_name="referrals")
    threat = models.ForeignKey(ThreatDecision, models.SET_NULL, null=True, related_name="referrals")
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=Kind)
    language = models.CharField(max_length=2)
    addressee = models.CharField(max_length=200)
    states = ArrayField(models.CharField(max_length=2), default=list)
    reason = models.TextField()
    state = models.CharField(max_length=9, choices=State, default=State.ASSEMBLED)
    dated = models.DateTimeField()
    assembled_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    file = models.OneToOneField("files.StoredFile", models.PROTECT, null=True, related_name="referral")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    approved_because = models.TextField(blank=True)
    discarded_at = models.DateTimeField(null=True)
    discarded_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    discarded_because = models.TextField(blank=True)

    class Meta:
        ordering = ["-dated", "-pk"]
        constraints = [
            models.UniqueConstraint(name="referrals_of_a_case_are_numbered", fields=["case", "ordinal"]),
            models.CheckConstraint(name="a_referral_says_why_and_to_whom", condition=~Q(reason="") & ~Q(addressee="")),
            models.CheckConstraint(
                name="an_approved_referral_says_who_and_why",
                condition=Q(state="approved", approved_at__isnull=False, approved_by__isnull=False)
                & ~Q(approved_because="")
                | ~Q(state="approved") & Q(approved_at=None, approved_by=None),
            ),
            models.CheckConstraint(
                name="a_discarded_referral_says_who_and_why",
                condition=Q(state="discarded", discarded_at__isnull=False, discarded_by__isnull=False)
                & ~Q(discarded_because="")
                | ~Q(state="discarded") & Q(discarded_at=None, discarded_by=None),
            ),
            models.CheckConstraint(
                name="a_referral_has_its_archive_until_discarded",
                condition=Q(state="discarded", file=None) | ~Q(state="discarded") & Q(file__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """How people name it."""
        return number_of(self.case_id, self.ordinal)


def number_of(case: int, ordinal: int) -> str:
    """The number of a case's nth referral."""
    return f"R-{case}-{ordinal}"


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    """Holds, by whether they still hold."""

    def standing(self) -> "LegalHoldQuerySet":
        """Those that were not released."""
        return self.filter(released_at=None)


class LegalHold(models.Model):
    """Everything of a case is kept until somebody releases it, whatever erasure would otherwise take it.

    A trigger refuses to delete one that stands, hence the case.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="holds")
    referral = models.ForeignKey(Referral, models.CASCADE, null=True, related_name="holds")
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    because = models.TextField()
    review_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    released_because = models.TextField(blank=True)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        ordering = ["placed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="a_hold_is_placed_with_a_reason_and_a_review",
                condition=~Q(because="") & Q(review_at__gt=F("placed_at")),
            ),
            models.CheckConstraint(
                name="a_hold_is_released_by_somebody_with_a_reason",
                condition=Q(released_at=None, released_by=None)
                | Q(released_at__isnull=False, released_by__isnull=False) & ~Q(released_because=""),
            ),
        ]
        indexes = [models.Index(fields=["case"], name="standing_holds", condition=Q(released_at=None))]

    def __str__(self) -> str:
        return f"legal hold {self.pk} on case {self.case_id}"

    @property
    def standing(self) -> bool:
        """Whether it still holds."""
        return self.released_at is None

    def review_due(self, at: datetime | None = None) -> bool:
        """Whether somebody should look whether it is still needed."""
        return self.standing and self.review_at <= (at or now())


class HeldCopy(models.Model):
    """The sealed copy of something that was erased everywhere else while a hold stood; it leaves with the last hold."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="held_copies")
    file = models.OneToOneField("files.StoredFile", models.PROTECT, related_name="held_copy")
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"held copy {self.pk} of case {self.case_id}"
