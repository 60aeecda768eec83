"""Proofs of age that are asked for, what must not be shown twice, and how many were asked, shown and refused.

What a wallet presents is verified and forgotten: no column could hold it. Of a proof stay one bit (an assurance) and
the digest of what the issuer signed, until that expires.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core import signing
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.age.models.assurances import Method, Subject
from rempart.files import sealing
from rempart.intake.fields import ServiceField
from rempart.ledger.clock import now

SEED = 32  # bytes
SEALED_FOR, RETURN_SEALED_FOR = "age proof seed", "age proof return"
MADE_FOR = "rempart.age.proof"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class ProofRequest(models.Model):
    """One question put to a wallet: is this person over so many years?

    service, kind, reference: whose age it is, as assurances name them; for a guardian, whom they answer for.
    sealed_seed: the secret from which the request's nonce, its states and its key are derived, sealed; a new one for
    each try, null once it is over. state: of the last try. reason: why that was refused, a code of
    `attestation.outcome.Reason`. sealed_return: where its person goes on, which may be a signed link; sealed. browser:
    digest of the cookie of the browser that has to come back with the code, where it was shown on the same device.
    opened_at: when its page was first looked at.
    """

    class Purpose(models.TextChoices):
        """What it is for."""

        GATE = "gate", _("signing up")
        CHALLENGE = "challenge", _("a question about an account")
        GUARDIAN = "guardian", _("a parent or guardian who answers")

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("waits for a wallet")
        COMING_BACK = "coming_back", _("shown: the browser has to come back")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")

    service = ServiceField()
    kind = models.CharField(max_length=8, choices=[("account", _("account")), ("attempt", _("attempt"))])
    reference = models.CharField(max_length=255)
    over = models.PositiveSmallIntegerField()
    country = models.CharField(max_length=6, blank=True)
    language = models.CharField(max_length=2, blank=True)
    purpose = models.CharField(max_length=9, choices=Purpose)
    sealed_return = models.BinaryField(null=True)
    sealed_seed = models.BinaryField(null=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=11, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=32, blank=True)
    method = models.CharField(max_length=16, choices=Method, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    browser = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="a_proof_is_of_a_threshold", condition=Q(over__in=[13, 15, 16, 18])),
            models.CheckConstraint(name="a_proof_request_ends", condition=Q(expires_at__gt=F("created_at"))),
            models.CheckConstraint(name="a_proof_is_of_somebody", condition=~Q(reference="")),
            models.CheckConstraint(
                name="only_a_refused_proof_has_a_reason",
                condition=Q(state="refused") & ~Q(reason="")
                | Q(state__in=["waiting", "coming_back", "accepted"], reason=""),
            ),
            models.CheckConstraint(
                name="an_accepted_proof_keeps_no_secret",
                condition=~Q(state="accepted") | Q(sealed_seed=None, decided_at__isnull=False) & ~Q(method=""),
            ),
            models.CheckConstraint(
                name="who_comes_back_is_known", condition=~Q(state="coming_back") | ~Q(browser="") & ~Q(method="")
            ),
        ]
        indexes = [
            models.Index(fields=["service", "kind", "reference"], name="proofs_of_somebody"),
            models.Index(fields=["expires_at"], name="proofs_by_end"),
        ]

    def __str__(self) -> str:
        return f"proof request {self.pk}"

    @property
    def subject(self) -> Subject:
        """Whose age it is."""
        return Subject(self.service, self.kind, self.reference)

    @property
    def token(self) -> str:
        """What its page's address holds: cannot be made up."""
        return signing.Signer(salt=MADE_FOR, sep=".").sign(str(self.pk))

    @property
    def return_to(self) -> str:
        """Where its person goes on, "" where they close the page."""
        return "" if self.sealed_return is None else sealing.unseal(self.sealed_return, purpose=RETURN_SEALED_FOR)

    @return_to.setter
    def return_to(self, address: str) -> None:
        self.sealed_return = sealing.seal(address, purpose=RETURN_SEALED_FOR) if address else None

    @property
    def open(self) -> bool:
        """Whether a wallet may still answer."""
        return self.sealed_seed is not None and now() < self.expires_at

    def new_seed(self) -> None:
        """Begin a new try: whatever answers the one before is worth nothing."""
        self.sealed_seed = sealing.seal(secrets.token_hex(SEED), purpose=SEALED_FOR)

    def secret(self, what: str, length: int = 32) -> bytes:
        """So many bytes for one use of this try, derived from its seed (HKDF, RFC 5869)."""
        seed = bytes.fromhex(sealing.unseal(self.sealed_seed, purpose=SEALED_FOR))
        return HKDF(SHA256(), length, salt=None, info=f"rempart/age proof/{what}".encode()).derive(seed)

    @property
    def nonce(self) -> str:
        """The nonce of this try: 128 bits, short since a QR code holds it."""
        return urlsafe_b64encode(self.secret("nonce", 16)).rstrip(b"=").decode()

    def state_for(self, browser: str) -> str:
        """The `state` of the request by link: says in which browser it was opened ("" for a QR code, which any wallet
        may read), and cannot be made up.
        """
        seal = hmac.digest(self.secret("state"), browser.encode(), "sha256")[:16].hex()
        return f"{browser}.{seal}"

    def browser_of(self, state: str | None) -> str | None:
        """The browser that a `state` names, "" for none; None for a state that was not made for this try."""
        browser = (state or "").rpartition(".")[0]
        made = self.state_for(browser).encode()
        return browser if hmac.compare_digest(made, (state or "").encode()) else None

    @property
    def reader_key(self) -> ec.EllipticCurvePrivateKey:
        """The key to which a browser's wallet seals its answer, on P-256 (FIPS 186-5, A.2.1)."""
        number = int.from_bytes(self.secret("reader key", 48)) % (P256_ORDER - 1) + 1
        return ec.derive_private_key(number, ec.SECP256R1())


class SpentProof(models.Model):
    """What was shown once and may not be again: the digest of what the issuer signed, until that expires.

    The digest is of no use but to know the same thing again, and of two that come at once the database takes one.
    """

    digest = models.BinaryField(unique=True)
    until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.CheckConstraint(name="a_spent_proof_has_a_digest", condition=~Q(digest=b""))]

    def __str__(self) -> str:
        return f"spent proof {self.pk}"


class ProofCount(models.Model):
    """How often something happened to proofs on a day: nothing says to whom.

    reason: the code of a refusal. method: the format of what was shown, blank where that is not known.
    """

    class Step(models.TextChoices):
        """What happened."""

        ASKED = "asked", _("asked for")
        OPENED = "opened", _("page opened")
        SHOWN = "shown", _("a wallet answered")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        DROPPED = "dropped", _("ended without a yes")

    day = models.DateField()
    purpose = models.CharField(max_length=9, choices=ProofRequest.Purpose)
    over = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=8, choices=Step)
    reason = models.CharField(max_length=32, blank=True)
    method = models.CharField(max_length=16, blank=True)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["day", "purpose", "over", "step", "reason", "method"]
        constraints = [
            models.UniqueConstraint(
                name="one_count_a_day", fields=["day", "purpose", "over", "step", "reason", "method"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.step} on {self.day}"


class TrustFile(models.Model):
    """A trusted list or a status list fetched from its publisher: the last good one, whatever came after it.

    content: null until one was good. good_until: its next update, or its end. problem: why the last try failed, a code.
    alarmed_at: when the team was told that it is out of date.
    """

    class Kind(models.TextChoices):
        """Which kind of list."""

        TRUSTED = "trusted", _("trusted list")
        STATUS = "status", _("status list")

    kind = models.CharField(max_length=7, choices=Kind)
    url = models.CharField(max_length=500, unique=True)
    content = models.BinaryField(null=True)
    fetched_at = models.DateTimeField(null=True)
    good_until = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=64, blank=True)
    alarmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["kind", "url"]

    def __str__(self) -> str:
        return self.url
