"""An account, as every row of this room that is about one names it."""

from django.db import models

from rempart.age.models.assurances import Subject
from rempart.intake.fields import ServiceField
from rempart.records.references import AccountReference


class AboutAccount(models.Model):
    """A row about one account: by its handle, and by the platform's immutable number where that is known."""

    service = ServiceField()
    handle = models.CharField(max_length=255)
    platform_id = models.CharField(max_length=255, null=True)  # noqa: DJ001 – unknown is not an empty number

    class Meta:
        abstract = True

    @property
    def reference(self) -> AccountReference:
        """The account, as records, and orders to the platform, name it."""
        return AccountReference(self.service, self.handle, self.platform_id)

    @property
    def subject(self) -> Subject:
        """Whose age it is, as assurances name them."""
        return Subject.account(self.service, self.platform_id or self.handle)
