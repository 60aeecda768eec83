"""What is stored of what came in: waves, posts with what was read of them, accounts spoken of, testimonies.

Everything personal here can be erased without anything else breaking: a post keeps its number and loses the rest.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.intake.fields import ServiceField
from rempart.records.references import AccountReference
from rempart.records.vocabulary import CHANNELS


class Wave(models.Model):
    """Posts under one hashtag. `shift` is how far the times of an invented wave were moved when it was loaded."""

    hashtag = models.CharField(max_length=200)
    invented = models.BooleanField(default=False)
    shift = models.DurationField(null=True)
    since = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(name="one_wave_a_hashtag", fields=["hashtag", "invented"]),
            models.CheckConstraint(name="only_an_invented_wave_is_moved", condition=Q(shift=None) | Q(invented=True)),
        ]

    def __str__(self) -> str:
        return f"#{self.hashtag}"


class Import(models.Model):
    """One run of an import, written in the transaction that wrote its posts: it exists when all of them do."""

    wave = models.ForeignKey(Wave, models.CASCADE, related_name="imports")
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey("staff.StaffMember", models.SET_NULL, null=True, related_name="+")
    good_lines = models.PositiveIntegerField()
    bad_lines = models.PositiveIntegerField()
    new_posts = models.PositiveIntegerField()
    new_testimonies = models.PositiveIntegerField()
    counted_only = models.PositiveIntegerField()
    not_kept = models.PositiveIntegerField()
    other_subjects = models.PositiveIntegerField()

    class Meta:
        ordering = ["-imported_at"]

    def __str__(self) -> str:
        return f"import {self.pk} of {self.wave}"


class Account(models.Model):
    """An account that somebody spoke of. `platform_id` is the platform's immutable number, which outlives the handle.

    `holds_handle` is false once the handle has passed to another account.
    """

    class AgeBand(models.TextChoices):
        """How old the platform holds the account's owner to be."""

        UNDER_13 = "under_13", _("under 13")
        FROM_13 = "13_15", _("13 to 15")
        FROM_16 = "16_17", _("16 or 17")
        ADULT = "18_plus", _("18 or over")

    service = ServiceField()
    handle = models.CharField(max_length=255)
    platform_id = models.CharField(max_length=255, null=True)  # noqa: DJ001 – unknown is not an empty number
    holds_handle = models.BooleanField(default=True)
    first_seen_at = models.DateTimeField()
    reach = models.BigIntegerField(null=True)
    monetised = models.BooleanField(null=True)
    age_band = models.CharField(max_length=8, choices=AgeBand, null=True)  # noqa: DJ001 – null is "unknown"
    country = models.CharField(max_length=64, null=True)  # noqa: DJ001

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_holder_a_handle", fields=["service", "handle"], condition=Q(holds_handle=True)
            ),
            models.UniqueConstraint(
                name="one_account_a_number", fields=["service", "platform_id"], condition=~Q(platform_id=None)
            ),
            models.CheckConstraint(name="reach_is_a_count", condition=Q(reach=None) | Q(reach__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.service}:{self.handle}"

    @property
    def reference(self) -> AccountReference:
        """How records name the account."""
        return AccountReference(self.service, self.handle, self.platform_id)

    @property
    def is_named(self) -> bool:
        """Whether its reference still means it: its number is known, or it holds its handle."""
        return self.platform_id is not None or self.holds_handle

    @property
    def held_to_be_adult(self) -> bool:
        """Whether the platform holds its owner to be 18 or over; an unknown age is protected as a minor's."""
        return self.age_band == self.AgeBand.ADULT


class Post(models.Model):
    """A post as its service gave it and what was read of it; once erased, only its number remains.

    `read` holds the lists and spans of the contract's statement that are not columns here.
    """

    waves = models.ManyToManyField(Wave, through="WavePost", related_name="posts")
    service = ServiceField()
    post_id = models.CharField(max_length=512)
    source = models.CharField(max_length=32)
    author = models.CharField(max_length=255)
    author_created_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    text = models.TextField()
    lang = models.CharField(max_length=35, null=True)  # noqa: DJ001
    stance = models.CharField(max_length=16)
    stance_probability = models.FloatField()
    read = models.JSONField()
    stored_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_post_a_number", fields=["service", "post_id"]),
            models.CheckConstraint(
                name="an_erased_post_says_nothing",
                condition=Q(erased_at=None) | Q(text="", author="", author_created_at=None, lang=None, read={}),
            ),
        ]
        indexes = [models.Index(fields=["created_at"])]

    def __str__(self) -> str:
        return f"{self.service}:{self.post_id}"


class WavePost(models.Model):
    """A post under the hashtag of a wave; one post may belong to several."""

    wave = models.ForeignKey(Wave, models.CASCADE)
    post = models.ForeignKey(Post, models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(name="once_in_a_wave", fields=["wave", "post"])]

    def __str__(self) -> str:
        return f"post {self.post_id} in wave {self.wave_id}"


class HourlyCount(models.Model):
    """How many posts of a source that allows only counts came in one hour of a wave, and how many testified."""

    wave = models.ForeignKey(Wave, models.CASCADE, related_name="hourly_counts")
    source = models.CharField(max_length=32)
    hour = models.DateTimeField()
    posts = models.PositiveIntegerField()
    testimonies = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_count_an_hour", fields=["wave", "source", "hour"]),
            models.CheckConstraint(name="testimonies_are_posts", condition=Q(testimonies__lte=F("posts"))),
        ]

    def __str__(self) -> str:
        return f"{self.source} at {self.hour:%Y-%m-%d %H}h: {self.posts}"


class CountedPost(models.Model):
    """The keyed digest of a post that was counted, so that it is counted once; says nothing of what it was."""

    wave = models.ForeignKey(Wave, models.CASCADE)
    digest = models.BinaryField(max_length=16)
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="counted_once", fields=["wave", "digest"])]

    def __str__(self) -> str:
        return f"counted in wave {self.wave_id}"


class WatchedTag(models.Model):
    """A hashtag that is listened for: posts that carry it go into its wave as they are heard.

    `default_service`: where an @handle lives when the text names no service; empty for the post's own.
    """

    hashtag = models.CharField(max_length=200, unique=True)
    default_service = ServiceField(blank=True)
    since = models.DateTimeField()
    by = models.ForeignKey("staff.StaffMember", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["since", "pk"]

    def __str__(self) -> str:
        return f"#{self.hashtag}"


class DeletedAtSource(models.Model):
    """A post that its source said is gone: it disappears here, and never comes in again.

    Kept for a while whether the post is stored or not: a deletion may be heard before what it deletes.
    """

    service = ServiceField()
    post_id = models.CharField(max_length=512)
    heard_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="deleted_once", fields=["service", "post_id"])]
        indexes = [models.Index(fields=["heard_at"])]

    def __str__(self) -> str:
        return f"{self.service}:{self.post_id} is gone"


class WeighedManager(models.Manager["Testimony"]):
    """The testimonies that count: neither withdrawn, nor kept aside, nor found manifestly unfounded."""

    def get_queryset(self) -> "models.QuerySet[Testimony]":
        """Only those."""
        return super().get_queryset().filter(withdrawn_at=None, set_aside_at=None, unfounded_at=None)


class Testimony(models.Model):
    """What one person says of one account, whatever way it came. `uid` is the id of the contract.

    `reporter` is a pseudonym; `reporter_facts`, `origin` and `evidence` are as in the contract's testimony. The text of
    a testimony that came as a post is the post's. `objects` leaves out what does not count: what its author withdrew,
    what was kept aside while they might not report, and what two people found manifestly unfounded; `everything` does
    not. `upheld_at`: a final measure found it true.
    """

    class Stance(models.TextChoices):
        """Where the person stands."""

        TESTIMONY = "testimony", _("says it happened to them")
        RELAY = "relay", _("reports what happened to somebody else")
        DISPUTE = "dispute", _("disputes it")

    uid = models.CharField(max_length=1024, unique=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="testimonies")
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="testimonies")
    received_at = models.DateTimeField()
    channel = models.CharField(max_length=16, choices=[(channel, channel) for channel in CHANNELS])
    stance = models.CharField(max_length=16, choices=Stance)
    conduct = ArrayField(models.CharField(max_length=32))
    conduct_services = ArrayField(models.CharField(max_length=16))
    met_on = ArrayField(models.CharField(max_length=16))
    complainant_minor = models.BooleanField(null=True)
    text = models.TextField(null=True)  # noqa: DJ001 – None when the text is the post's or there is none
    reporter = models.CharField(max_length=128)
    reporter_facts = models.JSONField()
    origin = models.JSONField(null=True)
    evidence = models.JSONField()
    withdrawn_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)
    unfounded_at = models.DateTimeField(null=True)
    upheld_at = models.DateTimeField(null=True)

    objects = WeighedManager()
    everything = models.Manager()  # noqa: DJ012 – a manager, whatever the rule takes it for

    class Meta:
        verbose_name_plural = "testimonies"
        ordering = ["received_at", "uid"]
        constraints = [
            models.CheckConstraint(
                name="not_both_upheld_and_unfounded", condition=Q(upheld_at=None) | Q(unfounded_at=None)
            ),
        ]
        indexes = [
            models.Index(fields=["account", "received_at"]),
            models.Index(fields=["reporter"], name="testimonies_upheld", condition=Q(upheld_at__isnull=False)),
            models.Index(fields=["reporter"], name="testimonies_unfounded", condition=Q(unfounded_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"testimony {self.pk} about {self.account_id}"


class ReporterCommunity(models.Model):
    """A group that a reporter, by pseudonym, was seen to act with (`pile-on:<id>`): a community until `until`.

    Data for weighing what is said, never a judgement of the reporter: whoever acts with others may be right.
    """

    reporter = models.CharField(max_length=128)
    community = models.CharField(max_length=128)
    until = models.DateTimeField()

    class Meta:
        verbose_name_plural = "reporter communities"
        constraints = [models.UniqueConstraint(name="once_in_a_community", fields=["reporter", "community"])]
        indexes = [models.Index(fields=["until"])]

    def __str__(self) -> str:
        return self.community


class Report(models.Model):
    """A testimony that a platform handed over from one of its users, a trusted flagger or a form (DSA Art. 16).

    `service` and `number` are how the platform knows it, `digest` a keyed one of what was sent, so that the same report
    sent twice is one and another under the same number is refused. Where its author is reached is known to the
    conversation alone. `danger`: somebody said that they are in danger now. `country`: theirs, for numbers to call.
    """

    testimony = models.OneToOneField(Testimony, models.CASCADE, related_name="report")
    conversation = models.ForeignKey("correspondence.Conversation", models.CASCADE, related_name="reports")
    service = ServiceField()
    number = models.CharField(max_length=200)
    digest = models.BinaryField(max_length=32)
    danger = models.BooleanField(default=False)
    good_faith = models.BooleanField(null=True)
    country = models.CharField(max_length=2, blank=True)
    arrived_at = models.DateTimeField()

    is_new = False
    """Whether `receive_report` kept it just now, and not when it was sent before."""

    class Meta:
        ordering = ["arrived_at", "pk"]
        constraints = [models.UniqueConstraint(name="one_report_a_number", fields=["service", "number"])]

    def __str__(self) -> str:
        return f"report {self.pk}"
