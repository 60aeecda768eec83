"""The ledger's tables: rows as appended, their places in the chain, and contents that can be erased.

The application may only insert into and read these tables, and triggers refuse UPDATE, DELETE and TRUNCATE to everybody
(migration 0002). Contents leave by `erase_contents()` alone.
"""

from django.db import models


class LedgerRow(models.Model):
    """One act, appended in the transaction that did it."""

    event = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    acting = models.CharField(max_length=120, blank=True)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    commitment = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subject"], name="ledger_rows_of_a_subject")]
        verbose_name = "ledger row"


class Content(models.Model):
    """What a row says beyond its kind and subject, with the salt of its commitment. Erasable: the row's proof stays."""

    row = models.OneToOneField(LedgerRow, models.RESTRICT, primary_key=True, related_name="content")
    salt = models.BinaryField()
    canonical = models.TextField()


class Pending(models.Model):
    """A row that waits for its place in the chain."""

    # No constraint, which each append would pay for: it is written in the statement that writes the row.
    row = models.OneToOneField(
        LedgerRow, models.RESTRICT, primary_key=True, related_name="pending", db_constraint=False
    )


class Link(models.Model):
    """A row's place in the chain. The hash covers the place, the previous hash and the whole row."""

    index = models.BigIntegerField(primary_key=True)
    row = models.OneToOneField(LedgerRow, models.RESTRICT, related_name="link")
    previous = models.BinaryField()
    hash = models.BinaryField()
