"""Accounts on different services that belong, or may belong, to one person."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class AccountLinkQuerySet(models.QuerySet["AccountLink"]):
    """Links by where they stand."""

    def standing(self) -> Self:
        """Those that were not withdrawn, at any degree."""
        return self.filter(withdrawn_at=None)

    def confirmed(self) -> Self:
        """Those that a measure may rest on."""
        return self.standing().filter(degree=AccountLink.Degree.CONFIRMED)

    def to_confirm(self) -> Self:
        """Those that one member proposed and another has to look at."""
        return self.standing().filter(proposed_at__isnull=False, confirmed_at=None)


class AccountLink(models.Model):
    """Two accounts on two services that are said to be one person's, and how far that is known.

    `said`: where it comes from, in words (`declared` and `named`). `evidence`: what the proposal to confirm rests on,
    named so that somebody else can look at it. Confirmed by another member than the one who proposed it: the database
    holds it. Nothing is counted and no measure is taken on a link below confirmed, and an equal handle is none.
    """

    class Degree(models.TextChoices):
        """How far it is known that both are one person's."""

        DECLARED = "declared", _("declared by themselves")
        NAMED = "named", _("named by others")
        CONFIRMED = "confirmed", _("confirmed by two people")

    first = models.ForeignKey("intake.Account", models.CASCADE, related_name="links_from")
    second = models.ForeignKey("intake.Account", models.CASCADE, related_name="links_to")
    degree = models.CharField(max_length=9, choices=Degree)
    said = models.TextField(blank=True)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    evidence = models.TextField(blank=True)
    proposed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    withdrawn_because = models.TextField(blank=True)

    objects = AccountLinkQuerySet.as_manager()

    class Meta:
        ordering = ["noted_at", "pk"]
        constraints = [
            models.CheckConstraint(name="a_link_is_of_two_accounts", condition=Q(first__lt=F("second"))),
            models.UniqueConstraint(
                name="one_standing_link_of_a_pair", fields=["first", "second"], condition=Q(withdrawn_at=None)
            ),
            models.CheckConstraint(
                name="a_proposal_names_its_evidence",
                condition=Q(proposed_at=None, proposed_by=None, evidence="")
                | Q(proposed_at__isnull=False, proposed_by__isnull=False) & ~Q(evidence=""),
            ),
            models.CheckConstraint(
                name="confirmed_by_somebody_else_on_named_evidence",
                condition=Q(degree="confirmed", proposed_at__isnull=False, confirmed_at__isnull=False)
                & Q(confirmed_at__gte=F("proposed_at"), confirmed_by__isnull=False)
                & ~Q(confirmed_by=F("proposed_by"))
                | ~Q(degree="confirmed") & Q(confirmed_at=None, confirmed_by=None),
            ),
            models.CheckConstraint(
                name="a_withdrawn_link_says_who_and_why",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_because="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"

    @property
    def waits_for_a_second_person(self) -> bool:
        """Whether somebody proposed to confirm it and nobody else has yet."""
        return self.proposed_at is not None and self.confirmed_at is None and self.withdrawn_at is None
