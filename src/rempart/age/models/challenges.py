"""Challenges: an account whose owner may be too young, what its owner is asked, and what people decided about it.

A challenge finds nothing about anybody: it asks. What it rests on is sealed and erased; who reported is never in it.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.age.models.accounts import AboutAccount
from rempart.ledger.clock import now


class Challenge(AboutAccount):
    """What is asked of the owner of an account, why, and until when.

    over: the years that are to be shown. evidence: what it rests on, sealed (`services.evidence`), null once erased.
    reports: how many people reported it, each counted once. due_at: until when to answer. ends_at: when everything that
    holds ends by itself unless people decide otherwise before. keeps_until: while restricted, before then nothing of
    theirs is erased. answered_at: when they last said or showed it; the answer itself is an assurance, one bit.
    """

    class Because(models.TextChoices):
        """Why it was opened."""

        REPORT = "report", _("people reported it")
        SWEEP = "sweep", _("what it shows in public")
        PERSON = "person", _("a member of the team noticed it")

    class Step(models.TextChoices):
        """What is asked, from the lightest."""

        ASK = "ask", _("say your age again")
        PROVE = "prove", _("show it")
        RESTRICT = "restrict", _("people look at it")

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", _("asked")
        DECIDING = "deciding", _("waits for a decision")
        RESTRICTED = "restricted", _("closed for now")
        PROVED = "proved", _("shown")
        CLEARED = "cleared", _("lifted by a person")
        LAPSED = "lapsed", _("over by itself")
        ERASED = "erased", _("to be erased")

    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=2, default="fr")
    over = models.PositiveSmallIntegerField()
    because = models.CharField(max_length=8, choices=Because)
    step = models.CharField(max_length=8, choices=Step)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    state_at = models.DateTimeField(default=now)
    probability = models.FloatField(null=True)
    reports = models.PositiveIntegerField(default=0)
    evidence = models.BinaryField(null=True)
    opened_at = models.DateTimeField(default=now)
    opened_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    keeps_until = models.DateTimeField(null=True)
    ends_at = models.DateTimeField()
    conversation = models.OneToOneField("correspondence.Conversation", models.SET_NULL, null=True, related_name="+")

    CURRENT = ("open", "deciding", "restricted")

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_challenge_a_handle",
                fields=["service", "handle"],
                condition=Q(state__in=["open", "deciding", "restricted"]),
            ),
            models.UniqueConstraint(
                name="one_open_challenge_a_number",
                fields=["service", "platform_id"],
                condition=Q(state__in=["open", "deciding", "restricted"], platform_id__isnull=False),
            ),
            models.CheckConstraint(name="a_challenge_is_of_a_threshold", condition=Q(over__in=[13, 15, 16, 18])),
            models.CheckConstraint(
                name="a_challenges_step_is_known", condition=Q(step__in=["ask", "prove", "restrict"])
            ),
            models.CheckConstraint(
                name="a_challenges_state_is_known",
                condition=Q(state__in=["open", "deciding", "restricted", "proved", "cleared", "lapsed", "erased"]),
            ),
            models.CheckConstraint(
                name="a_challenge_gives_time", condition=Q(due_at__gt=F("opened_at"), ends_at__gte=F("opened_at"))
            ),
            models.CheckConstraint(
                name="a_probability_is_one",
                condition=Q(probability=None) | Q(probability__gte=0, probability__lte=1),
            ),
            models.CheckConstraint(
                name="a_person_who_opens_a_challenge_says_why",
                condition=~Q(because="person") | Q(opened_by__isnull=False) & ~Q(note=""),
            ),
            models.CheckConstraint(
                name="what_is_restricted_is_kept", condition=~Q(state="restricted") | Q(keeps_until__isnull=False)
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="challenges_to_look_at",
                condition=Q(state__in=["open", "deciding", "restricted"]),
            )
        ]

    def __str__(self) -> str:
        return f"challenge {self.pk}"

    @property
    def current(self) -> bool:
        """Whether something is still asked or holds."""
        return self.state in self.CURRENT and now() < self.ends_at

    @property
    def had_time(self) -> bool:
        """Whether their time to answer was theirs, so that two people may close the account.

        What is asked first and answered with a younger age, or not, comes to people by itself; step `restrict` is
        before them from the beginning, to be lifted soon where there is nothing to it.
        """
        return self.step != self.Step.RESTRICT or self.due_at <= now()

    @property
    def late(self) -> bool:
        """Whether their time to answer is over."""
        return self.state == self.State.OPEN and self.due_at <= now()


class AgeDecision(models.Model):
    """What people decided about a challenge. What closes or erases an account takes two of them, always.

    words: for the owner, {"fr", "en"}: why, beside what the statement says by itself. in_force_at: when the second
    person agreed, or at once where one is enough.
    """

    class Kind(models.TextChoices):
        """What is decided."""

        CLEAR = "clear", _("lift everything")
        PROVE = "prove", _("ask to show it")
        RESTRICT = "restrict", _("close the account for now")
        ERASE = "erase", _("have the account erased")

    TWO = ("restrict", "erase")

    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=8, choices=Kind)
    reason = models.TextField()
    words = models.JSONField(default=dict)
    decided_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=now)
    second_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    second_reason = models.TextField(blank=True)
    refused_at = models.DateTimeField(null=True)
    in_force_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["decided_at", "pk"]
        constraints = [
            models.CheckConstraint(name="an_age_decision_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="the_second_person_is_somebody_else", condition=Q(second_by=None) | ~Q(second_by=F("decided_by"))
            ),
            models.CheckConstraint(
                name="closing_and_erasing_take_two_people",
                condition=Q(in_force_at=None) | Q(kind__in=["clear", "prove"]) | Q(second_by__isnull=False),
            ),
            models.CheckConstraint(
                name="what_is_refused_is_not_in_force", condition=Q(in_force_at=None) | Q(refused_at=None)
            ),
            models.UniqueConstraint(
                name="one_age_decision_waits",
                fields=["challenge"],
                condition=Q(in_force_at=None, refused_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of challenge {self.challenge_id}"

    @property
    def waits(self) -> bool:
        """Whether it waits for a second person."""
        return self.in_force_at is None and self.refused_at is None


class ChallengeAppeal(models.Model):
    """The owner disagrees, or has no papers: a person who decided nothing before looks, within seven days.

    sealed: what they wrote, sealed; null where they wrote nothing or it was erased. stood: whether the account was
    closed when they appealed. restored_at: when all was lifted that the appeal overturned.
    """

    class Outcome(models.TextChoices):
        """How it was answered."""

        OVERTURNED = "overturned", _("lifted")
        UPHELD = "upheld", _("stays")
        SETTLED = "settled", _("no longer needed")

    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="appeals")
    made_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField()
    sealed = models.BinaryField(null=True)
    stood = models.BooleanField(default=False)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    restored_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="one_age_appeal_waits", fields=["challenge"], condition=Q(decided_at=None)),
            models.CheckConstraint(
                name="an_answered_age_appeal_says_how_and_why",
                condition=Q(decided_at=None, outcome="", decided_by=None)
                | Q(decided_at__isnull=False, outcome="settled", decided_by=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False, outcome__in=["overturned", "upheld"])
                & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="only_what_is_overturned_is_restored", condition=Q(restored_at=None) | Q(outcome="overturned")
            ),
        ]

    def __str__(self) -> str:
        return f"appeal {self.pk} of challenge {self.challenge_id}"


class Voucher(models.Model):
    """Somebody whom the owner of an account names to vouch for them: of a school, an association, or a doctor.

    They state one thing: over so many years or not. Name and address are sealed. checked_by: the member who made sure
    that the address belongs to the school, association or practice; nobody is written to before. holds: what they said;
    null until they did, or where they cannot say.
    """

    class Capacity(models.TextChoices):
        """As what they vouch."""

        SCHOOL = "school", _("a school")
        ASSOCIATION = "association", _("an association")
        DOCTOR = "doctor", _("a doctor")

    appeal = models.ForeignKey(ChallengeAppeal, models.CASCADE, related_name="vouchers")
    capacity = models.CharField(max_length=11, choices=Capacity)
    sealed_name = models.BinaryField(null=True)
    sealed_email = models.BinaryField(null=True)
    named_at = models.DateTimeField(default=now)
    checked_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    checked_how = models.TextField(blank=True)
    refused_at = models.DateTimeField(null=True)
    conversation = models.OneToOneField("correspondence.Conversation", models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    holds = models.BooleanField(null=True)

    class Meta:
        ordering = ["named_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="one_voucher_of_a_capacity", fields=["appeal", "capacity"]),
            models.CheckConstraint(
                name="a_voucher_is_checked_before_they_are_asked",
                condition=Q(checked_at=None, checked_by=None, conversation=None, answered_at=None)
                | Q(checked_at__isnull=False, checked_by__isnull=False) & ~Q(checked_how=""),
            ),
            models.CheckConstraint(
                name="what_a_voucher_holds_was_answered", condition=Q(holds=None) | Q(answered_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"voucher {self.pk}"
