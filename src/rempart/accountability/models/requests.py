"""Requests of authorities as registered, what carried an order out, and whom it concerns."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.accountability import states
from rempart.accountability.models.authorities import Authority
from rempart.accountability.scope import Scope, from_json
from rempart.ledger.clock import now

PRODUCED_WITHIN = timedelta(days=10)
"""Regulation (EU) 2023/1543, Art. 10(2) and (3)."""
PRODUCED_WITHIN_IN_AN_EMERGENCY = timedelta(hours=8)
"""Regulation (EU) 2023/1543, Art. 10(4)."""
PRESERVED_FOR = timedelta(days=60)
"""Regulation (EU) 2023/1543, Art. 11(1)."""
EXTENDED_BY = timedelta(days=30)
"""Once (Art. 11(1))."""


class Request(models.Model):
    """Something that an authority or a researcher asks, and what became of it.

    reference: theirs. deadline: the one that they set. due_at: by when it is answered at the latest, by the law or by
    the rules of the house. emergency: an imminent threat to a life, to somebody's safety or to a critical
    infrastructure (2023/1543, Art. 3(18)), said by the authority. enforcing_notified: the authority of the State where
    we are established was notified too (Art. 8): nothing is handed over before it has said that it does not object
    (cleared_at) or the ten days are over.
    effect_at: when effect was given to an order. settled_at: when nobody had to do anything any more.
    silent_until: before then the authority wants the person concerned not to be told; it says why.
    """

    class Kind(models.TextChoices):
        """On which right it rests."""

        ORDER_TO_ACT = "order_to_act", _("Order to act against illegal content (DSA, Article 9)")
        ORDER_TO_INFORM = "order_to_inform", _("Order to give information (DSA, Article 10)")
        QUESTION = "question", _("Question of a ministry, a regulator or a parliament")
        RESEARCH = "research", _("Request of a researcher (DSA, Article 40)")
        PRODUCTION_ORDER = "production_order", _("European Production Order (Regulation (EU) 2023/1543)")
        PRESERVATION_ORDER = "preservation_order", _("European Preservation Order (Regulation (EU) 2023/1543)")

    class State(models.TextChoices):
        """Where it stands (states.NEXT says what follows what)."""

        RECEIVED = states.State.RECEIVED.value, _("received")
        AUTHENTICATED = states.State.AUTHENTICATED.value, _("found authentic")
        ACKNOWLEDGED = states.State.ACKNOWLEDGED.value, _("receipt acknowledged")
        PRESERVED = states.State.PRESERVED.value, _("data preserved")
        ANSWERED = states.State.ANSWERED.value, _("answered")
        REFUSED = states.State.REFUSED.value, _("refused")
        WITHDRAWN = states.State.WITHDRAWN.value, _("withdrawn by the authority")
        UNAUTHENTIC = states.State.UNAUTHENTIC.value, _("not authentic")
        ENDED = states.State.ENDED.value, _("preservation over")

    class Checked(models.TextChoices):
        """How somebody made sure that it comes from whom it says."""

        CALLED_BACK = "called_back", _("asked back at the contact that we know")
        CHANNEL = "channel", _("came by a channel that only authorities can use")
        SIGNATURE = "signature", _("its electronic signature or seal was verified")
        IN_PERSON = "in_person", _("handed over in person by somebody whose card was seen")

    class Ground(models.TextChoices):
        """Why a request is refused."""

        INCOMPLETE = "incomplete", _("it lacks what the law asks it to hold (DSA, Arts 9(2) and 10(2))")
        LANGUAGE = "language", _("it is in no language that we declared, and no translation came with it")
        NOT_COMPETENT = "not_competent", _("whoever issued it is not competent for it")
        NOT_HELD = "not_held", _("we do not hold what it asks for, or it is not on our service")
        THIRD_COUNTRY = "third_country", _("the law of another country forbids it (2023/1543, Art. 17)")
        PRIVILEGE = "privilege", _("an immunity, a privilege or the freedom of the press protects it")
        IMPOSSIBLE = "impossible", _("it cannot be carried out, for reasons that are not ours")
        OTHER = "other", _("another reason, said in words")

    authority = models.ForeignKey(Authority, models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=18, choices=Kind)
    reference = models.CharField(max_length=120)
    legal_basis = models.TextField(blank=True)
    territory = models.CharField(max_length=200, blank=True)
    scope = models.JSONField()
    language = models.CharField(max_length=8)
    emergency = models.BooleanField(default=False)
    enforcing_notified = models.BooleanField(default=False)
    cleared_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    deadline = models.DateTimeField(null=True)
    authentic_by = models.DateTimeField()
    due_at = models.DateTimeField()
    document = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")

    state = models.CharField(max_length=13, choices=State, default=State.RECEIVED)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    checked_how = models.CharField(max_length=11, choices=Checked, blank=True)
    checked_because = models.TextField(blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    receipt = models.JSONField(null=True)
    receipt_sent_by = models.CharField(max_length=200, blank=True)
    effect_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    settled_because = models.TextField(blank=True)
    ground = models.CharField(max_length=14, choices=Ground, blank=True)

    silent_until = models.DateTimeField(null=True)
    silent_because = models.TextField(blank=True)
    preserved_until = models.DateTimeField(null=True)
    extended_at = models.DateTimeField(null=True)
    production = models.ForeignKey("self", models.PROTECT, null=True, related_name="preservations")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="registered_once", fields=["authority", "kind", "reference"]),
            models.CheckConstraint(
                name="an_order_names_its_legal_basis", condition=Q(kind="question") | ~Q(legal_basis="")
            ),
            models.CheckConstraint(
                name="a_question_or_research_names_nobody",
                condition=~Q(kind__in=["question", "research"]) | Q(scope__accounts=[], scope__items=[]),
            ),
            models.CheckConstraint(
                name="what_is_due_is_due_after_receipt",
                condition=Q(due_at__gt=F("received_at"), authentic_by__gt=F("received_at")),
            ),
            models.CheckConstraint(
                name="authenticity_is_checked_by_a_second_person",
                condition=Q(checked_at=None, checked_by=None, checked_because="")
                | Q(checked_at__isnull=False, checked_by__isnull=False)
                & ~Q(checked_because="")
                & ~Q(checked_by=F("registered_by")),
            ),
            models.CheckConstraint(
                name="an_authentic_request_says_how_it_was_checked",
                condition=Q(state__in=["received", "withdrawn", "unauthentic"]) | ~Q(checked_how=""),
            ),
            models.CheckConstraint(
                name="a_receipt_says_what_and_which_way",
                condition=Q(acknowledged_at=None, acknowledged_by=None, receipt=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False, receipt__isnull=False)
                & ~Q(receipt_sent_by=""),
            ),
            models.CheckConstraint(
                name="a_settled_request_says_when",
                condition=Q(state__in=["received", "authenticated", "acknowledged"], settled_at=None)
                | ~Q(state__in=["received", "authenticated", "acknowledged"]) & Q(settled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_refusal_says_on_which_ground_and_why",
                condition=Q(state="refused") & ~Q(ground="") & ~Q(settled_because="")
                | ~Q(state="refused") & Q(ground=""),
            ),
            models.CheckConstraint(
                name="silence_has_a_reason_and_an_end", condition=Q(silent_until=None) | ~Q(silent_because="")
            ),
            models.CheckConstraint(
                name="only_preservation_orders_preserve",
                condition=Q(kind="preservation_order")
                | Q(preserved_until=None, extended_at=None, production=None, ended_at=None)
                & ~Q(state__in=["preserved", "ended"]),
            ),
            models.CheckConstraint(
                name="what_is_preserved_has_an_end",
                condition=~Q(state="preserved") | Q(preserved_until__isnull=False, ended_at=None),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="requests_to_answer",
                condition=Q(state__in=["received", "authenticated", "acknowledged"]),
            ),
            models.Index(fields=["received_at"], name="requests_by_day"),
            models.Index(fields=["preserved_until"], name="preservations", condition=Q(state="preserved")),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """How people here name it."""
        return f"Q-{self.pk}"

    @property
    def asked(self) -> Scope:
        """What it is about."""
        return from_json(self.scope)

    @property
    def aggregate(self) -> bool:
        """Whether it is answered by figures alone, that lead to nobody."""
        return self.kind in AGGREGATE

    @property
    def under_electronic_evidence(self) -> bool:
        """Whether Regulation (EU) 2023/1543 rules it: the authority, not the platform, tells the person (Art. 13)."""
        return self.kind in ELECTRONIC_EVIDENCE

    @property
    def open(self) -> bool:
        """Whether somebody has to do the next thing."""
        return self.state in states.OPEN

    @property
    def overdue(self) -> bool:
        """Whether its time is over and it is not answered."""
        return self.open and now() >= self.due_at


AGGREGATE = frozenset({Request.Kind.QUESTION.value, Request.Kind.RESEARCH.value})
ELECTRONIC_EVIDENCE = frozenset({Request.Kind.PRODUCTION_ORDER.value, Request.Kind.PRESERVATION_ORDER.value})
DISCLOSING = frozenset({Request.Kind.ORDER_TO_INFORM.value, Request.Kind.PRODUCTION_ORDER.value})
"""The kinds whose answers may hold data about somebody."""
TOLD_BY_US = frozenset({Request.Kind.ORDER_TO_ACT.value, Request.Kind.ORDER_TO_INFORM.value})
"""The kinds of which the platform tells the person concerned (DSA, Arts 9(5) and 10(5))."""


class Execution(models.Model):
    """A decision of a case that carried an order to act out. People decided it; the order alone decides nothing.

    The decision leaves with its case; that the order was carried out, and when, stays.
    """

    request = models.ForeignKey(Request, models.CASCADE, related_name="executions")
    decision = models.ForeignKey("casework.Decision", models.SET_NULL, null=True, related_name="+")
    measures = models.JSONField()
    effect_at = models.DateTimeField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["effect_at", "pk"]
        constraints = [models.UniqueConstraint(name="carried_out_once_by", fields=["request", "decision"])]

    def __str__(self) -> str:
        return f"execution {self.pk} of {self.request_id}"


class Concerned(models.Model):
    """Somebody whom an order concerns: told by us, in a conversation of their own, or by the authority alone.

    ours: whether the account was ours when the order was registered, so that we can write to it.
    A trigger refuses that we tell where Regulation (EU) 2023/1543 leaves it to the authority, or too early.
    """

    request = models.ForeignKey(Request, models.CASCADE, related_name="concerned")
    service = models.CharField(max_length=16)
    handle = models.CharField(max_length=200)
    platform_id = models.CharField(max_length=200, blank=True)
    ours = models.BooleanField()
    conversation = models.OneToOneField("correspondence.Conversation", models.SET_NULL, null=True, related_name="+")
    told_at = models.DateTimeField(null=True)
    told_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "people concerned"
        constraints = [
            models.UniqueConstraint(name="concerned_once", fields=["request", "service", "handle"]),
            models.CheckConstraint(
                name="who_was_told_was_told_by_somebody",
                condition=Q(told_at=None, told_by=None) | Q(told_at__isnull=False, told_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.pk} concerned by {self.request_id}"


class Preservation(models.Model):
    """A legal hold on a case that keeps what a preservation order asks to keep; it ends with the order."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="held")
    hold = models.OneToOneField("casework.LegalHold", models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"hold {self.hold_id} for {self.request_id}"
