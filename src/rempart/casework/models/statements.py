"""Statements of reasons as they were sent (DSA Art. 17). The database refuses to change one."""

from django.db import models
from django.db.models import Q

from rempart.casework.models.decisions import Decision


class Statement(models.Model):
    """What a respondent was told when a decision took effect to them.

    fields: the elements of Art. 17(3) as `statements.fields` lays them out. texts: for `fr` and `en`, and for
    `fr_child` and `en_child` when the respondent is a minor or of unknown age, the sections of the text
    (`statements.writing`).
    """

    decision = models.OneToOneField(Decision, models.CASCADE, related_name="statement")
    made_at = models.DateTimeField()
    fields = models.JSONField()
    texts = models.JSONField()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(name="a_statement_is_in_both_languages", condition=Q(texts__has_keys=["fr", "en"])),
        ]

    def __str__(self) -> str:
        return f"statement of decision {self.decision_id}"
