"""Authorities and others who may ask: ministries, regulators, courts, police, researchers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LANGUAGES = ("fr", "en")
"""The languages in which Rempart writes to authorities."""


class Authority(models.Model):
    """Somebody who asks by right. `contact` is how we reach them by what we know ourselves, not by what a letter says.

    Whether a request is really theirs is checked by that contact. country: ISO 3166-1, EU for the Union's bodies.
    language: in which they read our answers.
    """

    class Kind(models.TextChoices):
        """What it is."""

        MINISTRY = "ministry", _("ministry or government service")
        REGULATOR = "regulator", _("regulator (Digital Services Coordinator, data protection …)")
        COURT = "court", _("court or judge")
        LAW_ENFORCEMENT = "law_enforcement", _("prosecutor or police")
        RESEARCHER = "researcher", _("researcher")
        OTHER = "other", _("another body")

    kind = models.CharField(max_length=15, choices=Kind)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    language = models.CharField(max_length=2)
    contact = models.CharField(max_length=300)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "authorities"
        constraints = [
            models.UniqueConstraint(name="one_authority_a_name", fields=["name", "country"]),
            models.CheckConstraint(
                name="an_authority_has_a_name_and_a_contact",
                condition=~Q(name="") & ~Q(contact="") & Q(country__regex=r"^[A-Z]{2}$", language__in=LANGUAGES),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.country})"
