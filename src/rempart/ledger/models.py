"""The ledger's tables: rows as appended, the Merkle tree over them, its signed checkpoints, and erasable contents.

The application may only insert into and read these tables, and triggers refuse UPDATE, DELETE and TRUNCATE to everybody
(migrations 0002 and 0003). Contents leave by `erase_contents()` alone.
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
    nonce = models.BinaryField()  # 16 random bytes, so that the published leaf tells nothing, not even to a good guess

    class Meta:
        indexes = [models.Index(fields=["subject"], name="ledger_rows_of_a_subject")]
        verbose_name = "ledger row"


class Content(models.Model):
    """What a row says beyond its kind and subject, with the salt of its commitment. Erasable: the row's proof stays."""

    # No constraint, which each append would pay for: it is written in the statement that writes the row, which stays.
    row = models.OneToOneField(
        LedgerRow, models.RESTRICT, primary_key=True, related_name="content", db_constraint=False
    )
    salt = models.BinaryField()
    canonical = models.TextField()


class Pending(models.Model):
    """A row that waits for its leaf in the tree."""

    # No constraint, for the same reason.
    row = models.OneToOneField(
        LedgerRow, models.RESTRICT, primary_key=True, related_name="pending", db_constraint=False
    )


class Link(models.Model):
    """A row's leaf in the tree: its place, counted from 0, and the leaf's hash, which covers the whole row."""

    index = models.BigIntegerField(primary_key=True)
    row = models.OneToOneField(LedgerRow, models.RESTRICT, related_name="link")
    hash = models.BinaryField()


class Tile(models.Model):
    """256 hashes side by side at one level of the tree, and the root above them: the hash of one level's next tile.

    Complete tiles only. What stands right of the last complete one is read from links and from the roots of tiles.
    """

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()  # in steps of 8 levels of the tree; 0 holds hashes of leaves
    index = models.BigIntegerField()
    hashes = models.BinaryField()
    root = models.BinaryField()


class SignedCheckpoint(models.Model):
    """What the ledger signed of itself: that its first `size` rows have this root. Numbered from 1, without a gap."""

    number = models.BigIntegerField(primary_key=True)
    size = models.BigIntegerField(unique=True)
    root = models.BinaryField()
    note = models.TextField()  # the signed note (C2SP tlog-checkpoint), without the witnesses' lines
    made_at = models.DateTimeField()


class Cosignature(models.Model):
    """A witness's signature of a checkpoint: that it saw no other history of this ledger."""

    checkpoint = models.ForeignKey(SignedCheckpoint, models.RESTRICT, related_name="cosignatures")
    key_name = models.CharField(max_length=255)
    line = models.TextField()  # the signature's line of the note, without its line feed
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "key_name"], name="ledger_one_cosignature_of_a_witness")
        ]
