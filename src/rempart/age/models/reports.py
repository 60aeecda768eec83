"""Reports that an account's owner is too young, what its public words say, and what people make of both.

All that is said of one account at a time is one matter. How many people said it decides nothing; how many places it
came from is told beside. Who reported is kept nowhere but in the conversation by which they want to hear of it.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.age.models.accounts import AboutAccount
from rempart.age.models.challenges import Challenge
from rempart.ledger.clock import now


class AgeMatter(AboutAccount):
    """Whether the owner of one account may be too young: everything said of it until a person decides.

    salt: by which the places that reports came from are told apart; it goes once the matter is decided. due_at: seven
    days after the first report. alarmed_at: when the team was called because nobody had decided in time.
    """

    class Outcome(models.TextChoices):
        """What was decided."""

        NOTHING = "nothing", _("nothing to ask")
        ASKED = "asked", _("asked to say or show their age")
        RESTRICT = "restrict", _("put before two people who may close it")

    country = models.CharField(max_length=2, blank=True)
    salt = models.BinaryField(null=True)
    opened_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField()
    alarmed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    because = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    challenge = models.ForeignKey(Challenge, models.SET_NULL, null=True, related_name="matters")

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_age_matter_a_handle", fields=["service", "handle"], condition=Q(decided_at=None)
            ),
            models.UniqueConstraint(
                name="one_open_age_matter_a_number",
                fields=["service", "platform_id"],
                condition=Q(decided_at=None, platform_id__isnull=False),
            ),
            models.CheckConstraint(
                name="a_decided_age_matter_says_what_and_why",
                condition=Q(decided_at=None, decided_by=None, outcome="")
                | Q(decided_at__isnull=False, salt=None, outcome__in=["nothing", "asked", "restrict"]) & ~Q(because=""),
            ),
            models.CheckConstraint(name="an_age_matter_is_due", condition=Q(due_at__gt=F("opened_at"))),
        ]
        indexes = [models.Index(fields=["due_at"], name="age_matters_due", condition=Q(decided_at=None))]

    def __str__(self) -> str:
        return f"age matter {self.pk}"

    @property
    def overdue(self) -> bool:
        """Whether seven days passed and nobody decided."""
        return self.decided_at is None and self.due_at <= now()


class UnderAgeReport(models.Model):
    """What one person said of an account's owner, without an account of their own.

    place: 16 bits of a hash of where it came from, under the matter's own salt: enough to see that many reports come
    from one place, too few to say from which. sealed_text: their words. conversation: by which they hear what came of
    it, null where they did not want to. hurt: they said that somebody may be hurting the child.
    """

    class Reason(models.TextChoices):
        """Why somebody thinks so."""

        SAID_SO = "said_so", _("they said so themself")
        KNOWS_THEM = "knows_them", _("somebody who knows them says so")
        SHOWS = "shows", _("it shows in what they post")
        OTHER = "other", _("something else")

    class Relation(models.TextChoices):
        """Who reports, as far as they say."""

        PARENT = "parent", _("a parent or guardian")
        SCHOOL = "school", _("somebody of their school")
        YOUNG = "young", _("somebody of their age")
        OTHER = "other", _("somebody else")
        PLATFORM = "platform", _("the platform")

    matter = models.ForeignKey(AgeMatter, models.CASCADE, related_name="reports")
    received_at = models.DateTimeField(default=now)
    reason = models.CharField(max_length=10, choices=Reason)
    relation = models.CharField(max_length=8, choices=Relation, blank=True)
    hurt = models.BooleanField(default=False)
    sealed_text = models.BinaryField(null=True)
    language = models.CharField(max_length=2, default="fr")
    place = models.PositiveIntegerField(null=True)
    number = models.CharField(max_length=200, blank=True)
    conversation = models.OneToOneField("correspondence.Conversation", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["received_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="a_place_is_16_bits", condition=Q(place=None) | Q(place__gte=0, place__lt=65_536)
            ),
        ]
        indexes = [models.Index(fields=["received_at"], name="age_reports_in_order")]

    def __str__(self) -> str:
        return f"report {self.pk}"


class AgeSighting(models.Model):
    """What the sweep read in an account's public words (`records.AgeEstimate`), each once by its digest.

    sealed_evidence: the spans it rests on, as JSON, sealed. step: the lightest that it calls for.
    """

    matter = models.ForeignKey(AgeMatter, models.CASCADE, related_name="sightings")
    digest = models.CharField(max_length=64)
    seen_at = models.DateTimeField(default=now)
    probability = models.FloatField()
    step = models.CharField(max_length=8)
    sealed_evidence = models.BinaryField(null=True)

    class Meta:
        ordering = ["-seen_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="one_sighting_of_the_same", fields=["matter", "digest"]),
            models.CheckConstraint(
                name="a_sighting_is_likely_or_not",
                condition=Q(probability__gte=0, probability__lte=1, step__in=["ask", "prove", "restrict"]),
            ),
        ]

    def __str__(self) -> str:
        return f"sighting {self.pk}"


class ClosedYoung(AboutAccount):
    """An account that was closed because its owner is too young: by what somebody who signs up again is noticed.

    stem: its handle without digits and signs. device, network: keyed hashes, from the attempt that the account came
    of; blank where nothing is known.
    """

    stem = models.CharField(max_length=255, blank=True)
    device = models.CharField(max_length=64, blank=True)
    network = models.CharField(max_length=64, blank=True)
    closed_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-closed_at", "-pk"]
        constraints = [models.UniqueConstraint(name="closed_young_once", fields=["service", "handle"])]
        indexes = [
            models.Index(fields=["stem"], name="closed_young_by_stem", condition=~Q(stem="")),
            models.Index(fields=["device"], name="closed_young_by_device", condition=~Q(device="")),
        ]

    def __str__(self) -> str:
        return f"account closed {self.pk}"


class Comeback(AboutAccount):
    """A new account that resembles one that was closed: put before a person, never acted on by itself.

    because: codes of what is alike (device, network, handle, platform). same: what the person decided, null until then.
    """

    closed = models.ForeignKey(ClosedYoung, models.CASCADE, related_name="comebacks")
    because = models.JSONField()
    proposed_at = models.DateTimeField(default=now)
    same = models.BooleanField(null=True)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="one_comeback_an_account", fields=["closed", "service", "handle"]),
            models.CheckConstraint(
                name="a_comeback_is_decided_by_a_person",
                condition=Q(decided_at=None, decided_by=None, same=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False, same__isnull=False) & ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"comeback {self.pk}"
