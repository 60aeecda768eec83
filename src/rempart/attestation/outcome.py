"""What verifying a presentation comes to: one verdict, or a refusal with a code that a platform can count."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

THRESHOLDS = (13, 15, 16, 18)
"""Ages that services ask about, in years."""


class Reason(StrEnum):
    """Why a presentation is refused. Codes are part of the contract: add, never rename."""

    MALFORMED = "malformed"  # not what the format says
    TOO_LARGE = "too_large"
    UNKNOWN_FORMAT = "unknown_format"
    WRONG_DOCTYPE = "wrong_doctype"  # another kind of document, or it says two different ones
    EXTRA_ATTRIBUTE = "extra_attribute"  # more than an age threshold was shown
    DIGEST_MISMATCH = "digest_mismatch"  # something shown was not issued so
    BAD_ISSUER_SIGNATURE = "bad_issuer_signature"
    UNTRUSTED_ISSUER = "untrusted_issuer"
    BAD_CERTIFICATE = "bad_certificate"
    BAD_ALGORITHM = "bad_algorithm"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    BAD_DEVICE_SIGNATURE = "bad_device_signature"  # shown by another device, or for another request
    MISSING_BINDING = "missing_binding"  # nothing proves that the holder shows it
    WRONG_AUDIENCE = "wrong_audience"
    WRONG_NONCE = "wrong_nonce"
    ALREADY_USED = "already_used"
    REVOKED = "revoked"
    STATUS_UNKNOWN = "status_unknown"  # it names a status list that we do not have, or that is stale
    BAD_STATUS_LIST = "bad_status_list"
    STALE_TRUST = "stale_trust"  # the list of trusted issuers is past its next update
    NOT_OVER = "not_over"  # genuine, and says no
    UNSUPPORTED = "unsupported"  # genuine, and says nothing about the age asked for
    BAD_PROOF = "bad_proof"  # a zero-knowledge proof that does not hold
    NO_LIBRARY = "no_library"  # what verifies this format is not installed here


class Refused(Exception):
    """A presentation is not accepted. `detail` is for developers: it never holds a value that was shown."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason, self.detail = reason, detail


class Method(StrEnum):
    """How an age was shown."""

    MDOC = "mdoc"
    SD_JWT = "sd_jwt"
    ZERO_KNOWLEDGE = "zero_knowledge"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a genuine presentation says, or why it is refused.

    over: threshold in years → what is attested; a true one answers the lower ones too, one that nothing is said about
    is left out. spent: digest of the issuer-signed part, kept until `until` so that it is used once; b"" when it is not
    genuine.
    """

    accepted: bool
    over: Mapping[int, bool] = field(default_factory=dict)
    reason: Reason | None = None
    method: Method | None = None
    spent: bytes = b""
    until: datetime | None = None


class Genuine(NamedTuple):
    """What a presentation that passed every check attests: threshold in years → yes or no; see Verdict for the rest."""

    attested: Mapping[int, bool]
    method: Method
    spent: bytes
    until: datetime


def judged(genuine: Genuine, *, over: int | None = None) -> Verdict:
    """The verdict on a genuine presentation: accepted when it says yes to `over`, or to any threshold when None.

    Somebody over 18 is over 15, somebody not over 13 is not over 15, and nothing follows the other way. Raises Refused
    (malformed) for thresholds that contradict one another.
    """
    reached = max([years for years, is_over in genuine.attested.items() if is_over], default=-1)
    missed = min([years for years, is_over in genuine.attested.items() if not is_over], default=1000)
    if missed <= reached:
        raise Refused(Reason.MALFORMED, "thresholds that contradict one another")
    asked = {*THRESHOLDS} if over is None else {*THRESHOLDS, over}
    answers = {years: years <= reached for years in sorted(asked) if years <= reached or years >= missed}
    decisive = any(answers.values()) if over is None else answers.get(over, False)
    reason = None
    if not decisive:
        said = bool(answers) if over is None else over in answers
        reason = Reason.NOT_OVER if said else Reason.UNSUPPORTED
    return Verdict(
        accepted=decisive,
        over=answers,
        reason=reason,
        method=genuine.method,
        spent=genuine.spent,
        until=genuine.until,
    )
