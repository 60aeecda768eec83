"""Conversations, their messages, and what leaves the house to say that a message is there.

A conversation has exactly one outside person, so that nothing of one party can reach another; an adult they trust may
read and write beside them for as long as they want. What it is about and who the person is are neutral references
("casework.case:12"): the rooms on the right know what stands behind them.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.ledger.clock import now

LANGUAGES = ("fr", "en")


class Conversation(models.Model):
    """Everything said between the house and one person outside about one thing.

    service, account, report: how the platform knows them (an account's handle or id, or the number of a report); blank
    when the platform cannot reach them. Addresses are sealed. `generation` is part of every link: raising it revokes
    those made before. silent_since: from then on nothing that the house says reaches them until a person lets it.
    """

    class Kind(models.TextChoices):
        """What the outside person is to the matter."""

        RESPONDENT = "respondent", _("The person concerned")
        COMPLAINANT = "complainant", _("The person who reported")
        CONCERNED = "concerned", _("The person whom an authority’s order concerns")
        YOUNG = "young", _("The person looked after")
        GUARDIAN = "guardian", _("Their guardian")
        AGENT = "agent", _("Whoever works for them")
        AGE = "age", _("The person asked how old they are")
        VOUCHER = "voucher", _("Who vouches for somebody’s age")
        AGE_REPORTER = "age_reporter", _("The person who reported somebody too young")
        AGE_GUARDIAN = "age_guardian", _("Who is asked to consent as a guardian")

    kind = models.CharField(max_length=20, choices=Kind)
    about = models.CharField(max_length=120)
    person = models.CharField(max_length=120)
    language = models.CharField(max_length=2, default="fr")
    child_words = models.BooleanField(default=False)
    service = models.CharField(max_length=30, blank=True)
    account = models.CharField(max_length=200, blank=True)
    report = models.CharField(max_length=200, blank=True)
    sealed_email = models.BinaryField(null=True)
    generation = models.PositiveIntegerField(default=1)
    adult_since = models.DateTimeField(null=True)
    adult_sealed_email = models.BinaryField(null=True)
    adult_generation = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    adult_seen_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    silent_since = models.DateTimeField(null=True)

    class Meta:
        ordering = ["opened_at", "pk"]
        indexes = [models.Index(fields=["about"], name="conversations_about")]
        constraints = [
            models.UniqueConstraint(name="one_conversation_with_a_person", fields=["kind", "about", "person"]),
            models.CheckConstraint(
                name="conversation_kind_is_known",
                condition=Q(
                    kind__in=[
                        *("respondent", "complainant", "concerned", "young", "guardian", "agent"),
                        *("age", "voucher", "age_reporter", "age_guardian"),
                    ]
                ),
            ),
            models.CheckConstraint(name="conversation_language_is_known", condition=Q(language__in=LANGUAGES)),
            models.CheckConstraint(
                name="reached_by_account_or_by_report",
                condition=Q(service="", account="", report="")
                | ~Q(service="") & (Q(account="") & ~Q(report="") | ~Q(account="") & Q(report="")),
            ),
            models.CheckConstraint(
                name="an_adults_address_leaves_with_them",
                condition=Q(adult_since__isnull=False) | Q(adult_sealed_email=None),
            ),
        ]

    def __str__(self) -> str:
        return f"conversation {self.pk}"

    @property
    def waits_for_answer(self) -> bool:
        """Whether the person outside wrote after the last thing a member wrote to them."""
        return self.heard_at is not None and (self.answered_at is None or self.answered_at < self.heard_at)


class Message(models.Model):
    """One thing said. `text` holds it in one language or in both: {"fr": …, "en": …}.

    once: the key under which a message is said one time only. read_at: when the other side first saw it. released_at:
    when a member let it go although the conversation is silent.
    """

    class Author(models.TextChoices):
        """Who speaks."""

        THEM = "them", _("the person")
        ADULT = "adult", _("the adult they trust")
        STAFF = "staff", _("the team")
        SYSTEM = "system", _("Rempart")

    class Kind(models.TextChoices):
        """What a message is for."""

        PLAIN = "plain", _("Message")
        RECEIPT = "receipt", _("Receipt")
        STATEMENT = "statement", _("Statement of reasons")
        MEASURE = "measure", _("What was done")
        OUTCOME = "outcome", _("Outcome")
        LAPSE = "lapse", _("End of a measure")
        NOTICE_BEFORE_LIFT = "notice_before_lift", _("Before a measure is lifted")
        FACT_TO_APPROVE = "fact_to_approve", _("Words to agree on")
        REPLY = "reply", _("Answer")
        APPEAL = "appeal", _("Appeal")
        WITHDRAWAL = "withdrawal", _("Withdrawal")
        ORDER = "order", _("Order of an authority")

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    author = models.CharField(max_length=6, choices=Author)
    staff = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    # No list in the database: a room on the right that needs another kind adds a line above and no migration.
    kind = models.CharField(max_length=30)
    text = models.JSONField()
    sent_at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    once = models.CharField(max_length=120, blank=True)
    files = models.ManyToManyField("files.StoredFile", related_name="messages")

    class Meta:
        ordering = ["sent_at", "pk"]
        indexes = [models.Index(fields=["conversation", "sent_at"], name="messages_in_order")]
        constraints = [
            models.CheckConstraint(
                name="message_author_is_known",
                condition=Q(author="staff", staff__isnull=False)
                | Q(author__in=["them", "adult", "system"], staff=None),
            ),
            models.UniqueConstraint(name="said_once", fields=["conversation", "once"], condition=~Q(once="")),
            models.CheckConstraint(
                name="only_staff_withdraw_and_at_once",
                condition=Q(withdrawn_at=None) | Q(author="staff", read_at=None, withdrawn_at__gte=F("sent_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"

    def words(self, language: str) -> tuple[str, str]:
        """What it says, and in which language: the one asked for where there is a choice. Empty for files alone."""
        if language in self.text:
            return self.text[language], language
        return next(((words, said_in) for said_in, words in self.text.items()), ("", language))

    @property
    def from_outside(self) -> bool:
        """Whether somebody outside the house wrote it."""
        return self.author in {self.Author.THEM, self.Author.ADULT}


class Silence(models.Model):
    """An account to which nothing is said by itself any more: conversations with it are silent, later ones too."""

    service = models.CharField(max_length=30)
    account = models.CharField(max_length=255)
    since = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_silence_an_account", fields=["service", "account"])]

    def __str__(self) -> str:
        return f"silence {self.pk}"


class Endpoint(models.Model):
    """An address of the platform that is told of messages (Standard Webhooks). Its secrets are sealed.

    services: the platform's services it speaks for; none means all. The secret before the last stays valid for a day.
    """

    name = models.CharField(max_length=60, unique=True)
    url = models.URLField(max_length=500)
    sealed_secret = models.BinaryField()
    sealed_previous_secret = models.BinaryField(null=True)
    rotated_at = models.DateTimeField(null=True)
    events = ArrayField(models.CharField(max_length=40))
    services = ArrayField(models.CharField(max_length=30), default=list)
    active = models.BooleanField(default=True)
    added_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="a_previous_secret_has_its_date",
                condition=Q(sealed_previous_secret=None) | Q(rotated_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One announcement by one channel: waiting (`next_at`), delivered or given up. It never holds what was said.

    uid: sent as webhook-id or Message-ID, the same at every attempt. key: written once, whoever asks twice. An alarm to
    the team has no message but a `page` of the desk, and a member (`staff`) where it goes by e-mail.
    """

    class Channel(models.TextChoices):
        """How it leaves the house."""

        WEBHOOK = "webhook", _("webhook")
        MAIL = "mail", _("e-mail")

    channel = models.CharField(max_length=7, choices=Channel)
    type = models.CharField(max_length=40)
    holder = models.CharField(max_length=5, default="self")
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, null=True, related_name="deliveries")
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="deliveries")
    staff = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    page = models.CharField(max_length=200, blank=True)
    uid = models.CharField(max_length=40, unique=True)
    key = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(default=now)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["next_at"], name="deliveries_due", condition=Q(next_at__isnull=False)),
            models.Index(fields=["given_up_at"], name="deliveries_given_up", condition=Q(given_up_at__isnull=False)),
            models.Index(fields=["next_at"], name="alarms_due", condition=Q(next_at__isnull=False) & ~Q(page="")),
        ]
        constraints = [
            models.CheckConstraint(
                name="waiting_delivered_or_given_up",
                condition=Q(next_at__isnull=False, delivered_at=None, given_up_at=None)
                | Q(next_at=None, delivered_at__isnull=False, given_up_at=None)
                | Q(next_at=None, delivered_at=None, given_up_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_webhook_has_an_endpoint",
                condition=Q(channel="webhook", endpoint__isnull=False, staff=None)
                | Q(channel="mail", endpoint=None, message__isnull=False, staff=None, page="")
                | Q(channel="mail", endpoint=None, message=None, staff__isnull=False) & ~Q(page=""),
            ),
            models.CheckConstraint(name="delivered_to_a_holder", condition=Q(holder__in=["self", "adult"])),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"
