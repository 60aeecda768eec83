"""The shield of somebody on whom many pile: what was said, in groups, sealed as evidence, hidden and reported for them.

What was said is sealed (`files.sealing`); its SHA-256, its moment and its author stand beside it.
"""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.care.models.files import CareFile
from rempart.care.models.people import By
from rempart.care.models.protections import THEIRS
from rempart.files import sealing
from rempart.ledger.clock import now

PURPOSE = "shielded comment"
LONGEST_KEPT = timedelta(days=6 * 365)
"""How long evidence is kept at most: offences of this kind are prosecuted within six years (Code de procédure pénale,
art. 8)."""


class Shield(models.Model):
    """One shield of a file. Comments are collected while it is open; nothing is hidden or reported before they accept.

    because: the pile-on that it answers ("lookout.pileon:12"), blank for a wish. together: who acts together in it, by
    the keyed digest under which the lookout knows them, and in which of its groups.
    opened_by: a member of the team; null for the person's own wish. ends_at: what is hidden is shown again then, and
    nothing more is collected. keep_until: when the evidence goes, as the person chose.
    """

    file = models.ForeignKey(CareFile, models.CASCADE, related_name="shields")
    because = models.CharField(max_length=120, blank=True)
    together = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("staff.StaffMember", models.SET_NULL, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=8, choices=By, blank=True)
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    keep_until = models.DateTimeField()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="a_shield_ends_after_it_opened", condition=Q(ends_at__gt=F("opened_at"))),
            models.CheckConstraint(
                name="a_shield_is_accepted_by_somebody",
                condition=Q(accepted_at=None, accepted_by="") | Q(accepted_at__isnull=False, accepted_by__in=THEIRS),
            ),
            models.CheckConstraint(
                name="evidence_is_kept_six_years_at_most",
                condition=Q(keep_until__gte=F("opened_at"), keep_until__lte=F("opened_at") + LONGEST_KEPT),
            ),
            models.UniqueConstraint(name="one_open_shield_a_file", fields=["file"], condition=Q(closed_at=None)),
        ]
        indexes = [models.Index(fields=["keep_until"], name="shields_by_their_end")]

    def __str__(self) -> str:
        return f"shield {self.pk}"

    @property
    def stands(self) -> bool:
        """Whether it holds now: neither closed nor past its end."""
        return self.closed_at is None and now() < self.ends_at


class ShieldGroup(models.Model):
    """Comments that belong together: near-copies of one text, words of people who act together, or all others.

    key: what tells it from others of its sort: the group of the pile-on, or the first of its copies. hides: they asked
    that what is in it be hidden, what is still to come too. `gentle` holds what nothing speaks against: what is done
    about all leaves it alone, and it is never reported as a whole.
    """

    class Sort(models.TextChoices):
        """What holds it together."""

        COPIES = "copies", _("the same words, again and again")
        AUTHORS = "authors", _("people who act together")
        OTHERS = "others", _("all other comments")
        GENTLE = "gentle", _("neither insults nor threats")

    shield = models.ForeignKey(Shield, models.CASCADE, related_name="groups")
    sort = models.CharField(max_length=8, choices=Sort)
    key = models.CharField(max_length=200, blank=True)
    hides = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="one_group_a_key", fields=["shield", "sort", "key"])]

    def __str__(self) -> str:
        return f"group {self.pk} of shield {self.shield_id}"


class ShieldedComment(models.Model):
    """One comment, as it was when it was handed in. number: the platform's own; sealed: its text under our seal.

    author_digest: the keyed digest of its author by which the lookout knows them (`intake.services.pseudonym`).
    hostile: whether it insults or threatens, as the platform says or as its text reads; for sorting, never a verdict.
    repeats: the first comment of which it is a near-copy, null for a first one. keys: of a first one, what its copies
    are found by (`services.grouping`).
    """

    shield = models.ForeignKey(Shield, models.CASCADE, related_name="comments")
    group = models.ForeignKey(ShieldGroup, models.CASCADE, related_name="comments")
    number = models.CharField(max_length=512)
    author = models.CharField(max_length=255)
    author_id = models.CharField(max_length=255, blank=True)
    author_digest = models.CharField(max_length=128)
    about = models.CharField(max_length=512, blank=True)
    said_at = models.DateTimeField()
    collected_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    sealed = models.BinaryField()
    hostile = models.BooleanField()
    repeats = models.ForeignKey("self", models.SET_NULL, null=True, related_name="copies")
    keys = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        ordering = ["said_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="one_comment_a_number", fields=["shield", "number"]),
            models.CheckConstraint(name="a_comments_hash_is_sha256", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk}"

    @property
    def text(self) -> str:
        """What was said, empty once it was erased. Raises CannotUnseal when what is stored was changed."""
        return "" if not self.sealed else sealing.unseal(self.sealed, purpose=PURPOSE)


class EvidenceFolder(models.Model):
    """A folder of the evidence that was made for a complaint: how much was in it, and where it is kept."""

    shield = models.ForeignKey(Shield, models.CASCADE, related_name="folders")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("staff.StaffMember", models.SET_NULL, null=True, related_name="+")
    comments = models.PositiveIntegerField()

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"folder {self.pk} of shield {self.shield_id}"
