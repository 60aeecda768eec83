"""What follows a death: every automatic message is silent, and peers are offered help. Never a cause."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.care.models.files import CareFile
from rempart.intake.fields import ServiceField
from rempart.ledger.clock import now


class Postvention(models.Model):
    """Two people state that the owner of an account has died. Nothing says how or why: there is no column for it.

    From the first statement on, nothing leaves the house by itself for the account; the second person confirms, or
    somebody says that it was a mistake, which ends the silence.
    """

    class Source(models.TextChoices):
        """From whom the team knows."""

        FAMILY = "family", _("their family")
        PLATFORM = "platform", _("the platform")
        AUTHORITY = "authority", _("an authority")
        FRIEND = "friend", _("somebody close to them")

    service = ServiceField()
    handle = models.CharField(max_length=255)
    platform_id = models.CharField(max_length=255, null=True)  # noqa: DJ001 – unknown is not an empty number
    file = models.ForeignKey(CareFile, models.SET_NULL, null=True, related_name="postventions")
    source = models.CharField(max_length=9, choices=Source)
    declared_at = models.DateTimeField(default=now)
    declared_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    mistaken_at = models.DateTimeField(null=True)
    mistaken_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-declared_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_postvention_an_account", fields=["service", "handle"], condition=Q(mistaken_at=None)
            ),
            models.CheckConstraint(
                name="a_second_person_confirms_a_death",
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False) & ~Q(confirmed_by=F("declared_by")),
            ),
            models.CheckConstraint(
                name="a_mistake_is_said_by_somebody",
                condition=Q(mistaken_at=None, mistaken_by=None)
                | Q(mistaken_at__isnull=False, mistaken_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"postvention {self.pk}"


class Peer(models.Model):
    """Somebody who knew them, named by a member of the team, and offered help in a file of their own."""

    postvention = models.ForeignKey(Postvention, models.CASCADE, related_name="peers")
    file = models.ForeignKey(CareFile, models.CASCADE, related_name="+")
    named_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["offered_at", "pk"]
        constraints = [models.UniqueConstraint(name="a_peer_is_offered_help_once", fields=["postvention", "file"])]

    def __str__(self) -> str:
        return f"peer {self.pk}"
