"""Facts that a respondent may be told, each in words that the complainant concerned agreed to."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rempart.casework.models.cases import Case
from rempart.casework.models.complainants import Complainant


class DisclosedFact(models.Model):
    """A fact in words that identify nobody, proposed to the complainant whom it comes from. No answer is a no.

    text: {"fr", "en"}. category: a kind of conduct; month: `2020-06`. Categories and months of what was said need no
    row here: `services.disclosing` reads them from the testimonies.
    """

    class State(models.TextChoices):
        """What the complainant answered."""

        PROPOSED = "proposed", _("waits for their answer")
        APPROVED = "approved", _("may be told")
        REFUSED = "refused", _("is not told")

    case = models.ForeignKey(Case, models.CASCADE, related_name="disclosed_facts")
    complainant = models.ForeignKey(Complainant, models.CASCADE, related_name="disclosed_facts")
    text = models.JSONField()
    category = models.CharField(max_length=32)
    month = models.CharField(max_length=7)
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.CheckConstraint(name="a_fact_is_in_both_languages", condition=Q(text__has_keys=["fr", "en"])),
            models.CheckConstraint(name="a_fact_has_a_month_and_no_day", condition=Q(month__regex=r"^\d{4}-\d{2}$")),
            models.CheckConstraint(
                name="an_answered_fact_says_when",
                condition=Q(state="proposed", answered_at=None) | ~Q(state="proposed") & Q(answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"fact {self.pk} of case {self.case_id}"
