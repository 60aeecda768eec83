"""What people who review leave on the desk: claims, notes, macros, filters, second reviews, what they were exposed to,
the words that search looks through, and who of those who spoke may belong together.

None of it is ever shown to a party.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case as Choice
from django.db.models import F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from rempart.casework.models.cases import Case
from rempart.casework.models.process import Outcome
from rempart.pages.labels import OUTCOME


class Claim(models.Model):
    """Who works on a case now. It ends by itself at `expires_at`, which activity moves on."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="claim")
    member = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="claims")
    claimed_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_claim_expires", condition=Q(expires_at__gt=F("claimed_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.member} works on case {self.case_id}"


class Note(models.Model):
    """What a colleague wrote about a case for the others who review; never told to a party."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="notes")
    by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        ordering = ["written_at", "pk"]
        constraints = [models.CheckConstraint(name="a_note_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"note {self.pk} on case {self.case_id}"


class Mention(models.Model):
    """A colleague whom a note calls; it stands on their desk until they have seen it."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="mentions")
    member = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="mentions")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="mentioned_once_in_a_note", fields=["note", "member"])]
        indexes = [models.Index(fields=["member"], name="mentions_unseen", condition=Q(seen_at=None))]

    def __str__(self) -> str:
        return f"{self.member} in note {self.note_id}"


class Macro(models.Model):
    """A text that comes back often, in both languages, with the placeholders of services.desk.macros."""

    class Use(models.TextChoices):
        """Where it is meant to be used."""

        REASON = "reason", _("reason for a decision")
        ANSWER = "answer", _("message to somebody concerned")

    name = models.CharField(_("Name"), max_length=80)
    use = models.CharField(_("For"), max_length=6, choices=Use)
    fr = models.TextField(_("In French"))
    en = models.TextField(_("In English"))
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["use", "name"]
        constraints = [
            models.UniqueConstraint(name="one_macro_a_name", fields=["name"], condition=Q(retired_at=None)),
            models.CheckConstraint(name="macro_use_is_known", condition=Q(use__in=["reason", "answer"])),
            models.CheckConstraint(name="a_macro_speaks_both_languages", condition=~Q(fr="") & ~Q(en="")),
        ]

    def __str__(self) -> str:
        return self.name


class SavedFilter(models.Model):
    """A filter of the queue that somebody comes back to: the query of its address."""

    owner = models.ForeignKey("staff.StaffMember", models.CASCADE, related_name="filters")
    name = models.CharField(_("Name"), max_length=60)
    query = models.CharField(max_length=500)
    shared = models.BooleanField(_("For everybody"), default=False)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(name="one_filter_a_name", fields=["owner", "name"])]

    def __str__(self) -> str:
        return self.name


class SecondReview(models.Model):
    """An outcome drawn at random, to be judged again by somebody who sees neither the first judgement nor the score."""

    outcome = models.OneToOneField(Outcome, models.CASCADE, related_name="second_review")
    case = models.ForeignKey(Case, models.CASCADE, related_name="second_reviews")
    first = models.CharField(max_length=13, choices=list(OUTCOME.items()))
    first_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()
    reviewer = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="second_reviews")
    begun_at = models.DateTimeField(null=True)
    second = models.CharField(max_length=13, choices=list(OUTCOME.items()), blank=True)
    judged_at = models.DateTimeField(null=True)
    because = models.TextField(blank=True)

    class Meta:
        ordering = ["drawn_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="the_second_reviewer_is_another_person",
                condition=Q(reviewer=None) | ~Q(reviewer=F("first_by")) & Q(begun_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_second_judgement_says_who_and_why",
                condition=Q(judged_at=None, second="")
                | Q(judged_at__isnull=False, reviewer__isnull=False, second__in=[*OUTCOME]) & ~Q(because=""),
            ),
        ]
        indexes = [models.Index(fields=["drawn_at"], name="second_reviews_waiting", condition=Q(judged_at=None))]

    def __str__(self) -> str:
        return f"second review of outcome {self.outcome_id}"


class DeskSettings(models.Model):
    """How somebody wants their desk."""

    member = models.OneToOneField("staff.StaffMember", models.CASCADE, primary_key=True, related_name="desk")
    content_warnings = models.BooleanField(_("Warn me before severe texts"), default=True)

    def __str__(self) -> str:
        return f"desk of {self.member}"


class Exposure(models.Model):
    """That somebody opened what is said on a severe case on a day: once a case and a day, weighted by its severity."""

    member = models.ForeignKey("staff.StaffMember", models.CASCADE, related_name="exposures")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    day = models.DateField()
    weight = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_exposure_a_case_and_day", fields=["member", "day", "case"]),
        ]
        indexes = [models.Index(fields=["day"], name="exposures_of_a_day")]

    def __str__(self) -> str:
        return f"{self.member} on {self.day}: {self.weight}"


class Independence(models.Model):
    """Which of those who speak of the account may belong together, as corroboration last found (see `together`).

    `groups`: a list of `{"kind", "probability", "testimonies": [uid]}`.
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="independence")
    found_at = models.DateTimeField()
    groups = models.JSONField()

    class Meta:
        verbose_name_plural = "independence"

    def __str__(self) -> str:
        return f"{len(self.groups)} groups on case {self.case_id}"


class CaseText(models.Model):
    """Words of a case as search finds them, written and erased in the transaction that writes and erases the thing.

    `words` is folded by rempart.text.normalise. A handle's are its endings, so that any part of it is the beginning of
    one; other texts are indexed by French and by English stems, whichever language they are in.
    """

    class Kind(models.TextChoices):
        """What the words are of."""

        HANDLE = "handle", _("account")
        TESTIMONY = "testimony", _("what is said")
        REASON = "reason", _("reason given here")
        NOTE = "note", _("note")

    case = models.ForeignKey(Case, models.CASCADE, related_name="texts")
    kind = models.CharField(max_length=9, choices=Kind)
    testimony = models.OneToOneField("intake.Testimony", models.CASCADE, null=True, related_name="+")
    note = models.OneToOneField(Note, models.CASCADE, null=True, related_name="+")
    words = models.TextField()
    vector = models.GeneratedField(
        expression=Choice(
            When(kind=Value("handle"), then=SearchVector("words", config="simple")),
            default=SearchVector("words", config="french") + SearchVector("words", config="english"),
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        indexes = [GinIndex(fields=["vector"], name="case_texts")]
        constraints = [
            models.CheckConstraint(
                name="words_are_of_one_thing",
                condition=Q(kind="testimony", testimony__isnull=False, note=None)
                | Q(kind="note", note__isnull=False, testimony=None)
                | Q(kind__in=["handle", "reason"], testimony=None, note=None),
            ),
            models.UniqueConstraint(
                name="one_handle_and_one_text_of_reasons_a_case",
                fields=["case", "kind"],
                condition=Q(kind__in=["handle", "reason"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of case {self.case_id}"
