"""The people around somebody looked after: guardians, mentors, and whoever works for them under a mandate.

Ways to reach them are sealed. None of them sees a testimony, a measure or a case, ever: what they are shown comes from
their own conversation alone.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.care.models.files import CareFile
from rempart.ledger.clock import now


class By(models.TextChoices):
    """Who said or did something outside the team, or the team itself."""

    YOUNG = "young", _("the person looked after")
    GUARDIAN = "guardian", _("a guardian")
    TEAM = "team", _("the team")


class Guardian(models.Model):
    """A parent or another adult responsible for them. Told only while the person does not say that it is not safe.

    sees: the person lets them see what is set for them.
    """

    file = models.ForeignKey(CareFile, models.CASCADE, related_name="guardians")
    name = models.CharField(max_length=120)
    sealed_reach = models.BinaryField()
    by_mail = models.BooleanField(default=False)
    added_at = models.DateTimeField(default=now)
    added_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    sees = models.BooleanField(default=False)
    told_at = models.DateTimeField(null=True)
    told_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    left_at = models.DateTimeField(null=True)
    conversation = models.OneToOneField("correspondence.Conversation", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [models.CheckConstraint(name="a_guardian_has_a_name", condition=~Q(name=""))]

    def __str__(self) -> str:
        return f"guardian {self.pk}"


class Mentor(models.Model):
    """An adult who went through it and talks with people it happens to. Introduced only while checked by the team."""

    name = models.CharField(max_length=120)
    words = models.JSONField()
    languages = ArrayField(models.CharField(max_length=2))
    sealed_reach = models.BinaryField()
    added_at = models.DateTimeField(default=now)
    added_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    checked_until = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(name="a_mentor_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="a_second_person_checks_a_mentor",
                condition=Q(checked_at=None, checked_by=None, checked_until=None)
                | Q(checked_at__isnull=False, checked_by__isnull=False, checked_until__gt=F("checked_at"))
                & ~Q(checked_by=F("added_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Introduction(models.Model):
    """A mentor proposed to somebody. Nobody is put in touch before they say yes, and either side ends it any time."""

    file = models.ForeignKey(CareFile, models.CASCADE, related_name="introductions")
    mentor = models.ForeignKey(Mentor, models.CASCADE, related_name="introductions")
    proposed_at = models.DateTimeField(default=now)
    proposed_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_introduction_at_a_time", fields=["file"], condition=Q(declined_at=None, ended_at=None)
            ),
            models.CheckConstraint(name="accepted_or_declined", condition=Q(accepted_at=None) | Q(declined_at=None)),
            models.CheckConstraint(
                name="only_what_began_ends", condition=Q(ended_at=None) | Q(accepted_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"introduction {self.pk}"


class Mandate(models.Model):
    """What an agent or a manager may settle with the team for somebody: said by them or a guardian, revocable at once.

    scope: see `SCOPES`. Valid from the check by a member until `ends_at` or its revocation, whichever comes first.
    """

    class Scope(models.TextChoices):
        """What may be settled."""

        SCHEDULE = "schedule", _("appointments and working hours")
        CONTRACTS = "contracts", _("contracts and income")
        PRESS = "press", _("questions of the press")

    file = models.ForeignKey(CareFile, models.CASCADE, related_name="mandates")
    name = models.CharField(max_length=120)
    company = models.CharField(max_length=120, blank=True)
    sealed_reach = models.BinaryField()
    scope = ArrayField(models.CharField(max_length=10, choices=Scope))
    by = models.CharField(max_length=8, choices=By)
    given_at = models.DateTimeField(default=now)
    ends_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=8, choices=By, blank=True)
    revoked_because = models.TextField(blank=True)
    conversation = models.OneToOneField("correspondence.Conversation", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="a_mandate_is_given_by_them", condition=Q(by__in=["young", "guardian"]) & ~Q(name="")
            ),
            models.CheckConstraint(name="a_mandate_ends", condition=Q(ends_at__gt=F("given_at"))),
            models.CheckConstraint(
                name="a_mandate_is_about_something",
                condition=Q(scope__len__gt=0, scope__contained_by=["schedule", "contracts", "press"]),
            ),
            models.CheckConstraint(
                name="a_mandate_is_checked_by_somebody",
                condition=Q(checked_at=None, checked_by=None) | Q(checked_at__isnull=False, checked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="a_mandate_is_revoked_by_somebody",
                condition=Q(revoked_at=None, revoked_by="")
                | Q(revoked_at__isnull=False, revoked_by__in=["young", "guardian", "team"]),
            ),
        ]

    def __str__(self) -> str:
        return f"mandate {self.pk}"

    @property
    def valid(self) -> bool:
        """Whether its holder may settle anything now."""
        return self.checked_at is not None and self.revoked_at is None and self.ends_at > now()
