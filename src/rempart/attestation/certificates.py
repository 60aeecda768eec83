"""Who may sign attestations: chains from a document signer up to an issuer that we trust (ISO/IEC 18013-5, 9.3.3).

Certificates with an extension that is not well formed are in use (a URL in the issuerAltName of a European one), so
the few extensions that decide are found and read one by one, and the others are left alone unless they are critical.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from rempart.attestation.outcome import Reason, Refused

LONGEST_CHAIN = 4
SMALLEST_KEY = 256
"""Bits of an authority's curve: documents are signed on a NIST curve, their signers' certificates on others too."""
REMEMBERED = 1024
"""Chains that a set of anchors remembers; issuers have a handful of document signers each."""

MDL_SIGNER = bytes.fromhex("28818c5d050102")
"""1.0.18013.5.1.2: signs documents of ISO/IEC 18013-5."""
AGE_SIGNER = bytes.fromhex("2b81020200000102")
"""1.3.130.2.0.0.1.2: signs European proofs of age, as the issuers of the profile's examples have it."""
DOCUMENT_SIGNERS = frozenset((MDL_SIGNER, AGE_SIGNER))

_BASIC_CONSTRAINTS, _KEY_USAGE, _EXTENDED_KEY_USAGE = b"\x55\x1d\x13", b"\x55\x1d\x0f", b"\x55\x1d\x25"
_READ = frozenset((_BASIC_CONSTRAINTS, _KEY_USAGE, _EXTENDED_KEY_USAGE))
_DIGITAL_SIGNATURE, _CERTIFICATE_SIGNING = 0x80, 0x04
_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that a trusted issuer certified: usable between the two moments (those of its whole chain).

    listed_until: when the trusted list that names the issuer is due to be replaced, None when pinned by hand.
    """

    key: ec.EllipticCurvePublicKey
    not_before: datetime
    not_after: datetime
    listed_until: datetime | None = None

    def ensure_valid(self, at: datetime) -> None:
        """Raise Refused (bad_certificate, stale_trust) when the key is not to be relied on at that moment."""
        if not self.not_before <= at <= self.not_after:
            raise Refused(Reason.BAD_CERTIFICATE, "a certificate of the chain is not valid at that moment")
        if self.listed_until is not None and at > self.listed_until:
            raise Refused(Reason.STALE_TRUST, "the trusted list that names the issuer is past its next update")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A certificate that is trusted for itself: an issuer's root, or a document signer's own."""

    certificate: x509.Certificate
    listed_until: datetime | None = None

    def expires_before(self, other: "Anchor") -> bool:
        """Whether the other one, of the same certificate, may be relied on for longer."""
        if self.listed_until is None:
            return False
        return other.listed_until is None or self.listed_until < other.listed_until


class Anchors:
    """The certificates that are trusted, and the chains to them that were verified before."""

    def __init__(self, anchors: Iterable[Anchor | x509.Certificate]) -> None:
        self._pinned: dict[bytes, Anchor] = {}
        self._by_subject: dict[bytes, list[Anchor]] = {}
        for each in anchors:
            anchor = each if isinstance(each, Anchor) else Anchor(each)
            known = self._pinned.get(der(anchor.certificate))
            if known is None or known.expires_before(anchor):
                self._pinned[der(anchor.certificate)] = anchor
        for anchor in self._pinned.values():
            self._by_subject.setdefault(_names(anchor.certificate)[1], []).append(anchor)
        self._verified: dict[tuple[object, ...], Signer] = {}

    def __len__(self) -> int:
        return len(self._pinned)

    @property
    def certificates(self) -> list[x509.Certificate]:
        """Every certificate that is trusted for itself."""
        return [anchor.certificate for anchor in self._pinned.values()]

    def signer(self, chain: Sequence[bytes], *, purposes: frozenset[bytes] = DOCUMENT_SIGNERS) -> Signer:
        """The key of the first certificate (DER), when the chain leads to an anchor. Call `ensure_valid` on it.

        purposes: extended key usages (DER of the identifier) of which the first certificate has one, if it restricts
        its usage at all. A certificate that is an anchor itself needs no chain. Verified chains are remembered, never
        the moment. Raises Refused (bad_certificate, untrusted_issuer, bad_algorithm).
        """
        remembered = self._verified.get(key := (purposes, *chain))
        if remembered is None:
            remembered = self._verify(chain, purposes)
            if len(self._verified) >= REMEMBERED:
                self._verified.clear()
            self._verified[key] = remembered
        return remembered

    def _verify(self, chain: Sequence[bytes], purposes: frozenset[bytes]) -> Signer:
        if not 0 < len(chain) <= LONGEST_CHAIN:
            raise Refused(Reason.BAD_CERTIFICATE, f"1 to {LONGEST_CHAIN} certificates expected")
        certificates = [load(each) for each in chain]
        try:
            return self._follow(certificates, purposes)
        except Refused:
            raise
        except Exception as error:  # parts of a certificate are parsed as they are looked at, each in its own way
            raise Refused(Reason.BAD_CERTIFICATE, "a certificate that cannot be read") from error

    def _follow(self, chain: list[x509.Certificate], purposes: frozenset[bytes]) -> Signer:
        leaf = chain[0]
        leaf_key = _key(leaf)
        pinned = self._pinned.get(der(leaf))
        if pinned is not None:
            return Signer(leaf_key, leaf.not_valid_before_utc, leaf.not_valid_after_utc, pinned.listed_until)
        _ensure_signs_documents(leaf, purposes)
        passed = [leaf]
        for following in (*chain[1:], None):
            anchor = self._issuer_of(passed[-1], below=len(passed) - 1)
            if anchor is not None:
                passed.append(anchor.certificate)
                not_before = max(each.not_valid_before_utc for each in passed)
                not_after = min(each.not_valid_after_utc for each in passed)
                return Signer(leaf_key, not_before, not_after, anchor.listed_until)
            if following is None:
                break
            _ensure_authority(following, below=len(passed) - 1)
            if not _issued(passed[-1], by=following):
                raise Refused(Reason.BAD_CERTIFICATE, "a chain whose certificates do not sign one another")
            passed.append(following)
        raise Refused(Reason.UNTRUSTED_ISSUER, "no chain to an issuer that is trusted")

    def _issuer_of(self, certificate: x509.Certificate, *, below: int) -> Anchor | None:
        """The anchor that issued it; of several, as when a root is renewed with its key, the one that lasts longest."""
        named = self._by_subject.get(_names(certificate)[0], ())
        found = [anchor for anchor in named if _issued(certificate, by=anchor.certificate)]
        if not found:
            return None
        lasting = max(found, key=lambda each: (each.listed_until is None, each.certificate.not_valid_after_utc))
        _ensure_authority(lasting.certificate, below=below)
        return lasting


def load(data: bytes) -> x509.Certificate:
    """A certificate in DER. Raises Refused (bad_certificate)."""
    try:
        certificate = x509.load_der_x509_certificate(data)
        positive = certificate.serial_number > 0
    except Exception as error:  # errors of several kinds, and warnings where they are errors
        raise Refused(Reason.BAD_CERTIFICATE, "not a certificate") from error
    if not positive:
        raise Refused(Reason.BAD_CERTIFICATE, "a serial number that is not positive (RFC 5280, 4.1.2.2)")
    return certificate


def der(certificate: x509.Certificate) -> bytes:
    """The certificate's own bytes: what pins it."""
    return certificate.public_bytes(Encoding.DER)


def _key(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise Refused(Reason.BAD_ALGORITHM, "a certified key that is on no NIST curve")
    return key


def _issued(certificate: x509.Certificate, *, by: x509.Certificate) -> bool:
    """Whether `by` is named as issuer and signed it, with ECDSA over a hash that is still good."""
    try:
        key = by.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.key_size < SMALLEST_KEY:
        return False
    if not isinstance(certificate.signature_hash_algorithm, _HASHES):
        raise Refused(Reason.BAD_ALGORITHM, "a certificate signed over a weak hash")
    try:
        certificate.verify_directly_issued_by(by)
    except (InvalidSignature, ValueError):
        return False
    return True


def _ensure_authority(certificate: x509.Certificate, *, below: int) -> None:
    """An issuer of certificates says that it is one, for as many authorities below it (RFC 5280, 4.2.1.9, 4.2.1.3)."""
    extensions = _extensions(certificate)
    constraints, usage = extensions.get(_BASIC_CONSTRAINTS), extensions.get(_KEY_USAGE)
    is_authority, deepest = _authority(constraints) if constraints is not None else (False, None)
    if not is_authority or (deepest is not None and below > deepest):
        raise Refused(Reason.BAD_CERTIFICATE, "a certificate issued by one that is no authority for it")
    if usage is not None and not _usage_bits(usage) & _CERTIFICATE_SIGNING:
        raise Refused(Reason.BAD_CERTIFICATE, "an authority that may not sign certificates")


def _ensure_signs_documents(certificate: x509.Certificate, purposes: frozenset[bytes]) -> None:
    """A document signer is no authority, and may sign for these purposes, if it says for which (RFC 5280, 4.2.1)."""
    extensions = _extensions(certificate)
    constraints, usage = extensions.get(_BASIC_CONSTRAINTS), extensions.get(_KEY_USAGE)
    if constraints is not None and _authority(constraints)[0]:
        raise Refused(Reason.BAD_CERTIFICATE, "an authority's certificate where a document signer's is expected")
    if usage is not None and not _usage_bits(usage) & _DIGITAL_SIGNATURE:
        raise Refused(Reason.BAD_CERTIFICATE, "a certificate that may not sign")
    extended = extensions.get(_EXTENDED_KEY_USAGE)
    if extended is not None and purposes.isdisjoint(_members(extended)):
        raise Refused(Reason.BAD_CERTIFICATE, "a certificate for other purposes than signing documents")


def _authority(constraints: bytes) -> tuple[bool, int | None]:
    """BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }"""
    tag, content, _ = _element(constraints, 0)
    if tag != 0x30:
        raise ValueError("basic constraints")
    said = dict(_elements(content))
    deepest = said.get(0x02)
    return said.get(0x01) == b"\xff", None if deepest is None else int.from_bytes(deepest, "big")


def _usage_bits(usage: bytes) -> int:
    """KeyUsage ::= BIT STRING, of which the first eight."""
    tag, content, _ = _element(usage, 0)
    if tag != 0x03 or len(content) < 2:
        raise ValueError("key usage")
    return content[1]


def _members(sequence: bytes) -> list[bytes]:
    """The contents of the elements of a SEQUENCE, encoded."""
    tag, content, _ = _element(sequence, 0)
    if tag != 0x30:
        raise ValueError("a sequence expected")
    return [each for _, each in _elements(content)]


def _extensions(certificate: x509.Certificate) -> dict[bytes, bytes]:
    """Identifier (DER content) → value, of the extensions that decide. Raises Refused for a critical other one."""
    found: dict[bytes, bytes] = {}
    _, fields, _ = _element(certificate.tbs_certificate_bytes, 0)
    listed = next((content for tag, content in _elements(fields) if tag == 0xA3), None)
    if listed is None:
        return found
    for extension in _members(listed):
        (_, identifier), *critical, (_, value) = _elements(extension)
        if identifier in found:
            raise Refused(Reason.BAD_CERTIFICATE, "an extension twice")
        if identifier in _READ:
            found[identifier] = value
        elif critical and critical[0][1] != b"\x00":
            raise Refused(Reason.BAD_CERTIFICATE, "a critical extension that is not known here")
    return found


def _names(certificate: x509.Certificate) -> tuple[bytes, bytes]:
    """Issuer and subject as they are encoded: read as text, a name out of its bounds makes a library complain."""
    _, fields, _ = _element(certificate.tbs_certificate_bytes, 0)
    held = [content for tag, content in _elements(fields) if tag == 0x30]
    return held[1], held[3]  # signature algorithm, issuer, validity, subject, key


def _elements(data: bytes) -> list[tuple[int, bytes]]:
    """(tag, content) of DER elements one after another."""
    found, at = [], 0
    while at < len(data):
        tag, content, at = _element(data, at)
        found.append((tag, content))
    return found


def _element(data: bytes, at: int) -> tuple[int, bytes, int]:
    """Tag and content of the DER element that starts there, and where the next one does. Raises ValueError."""
    if at + 2 > len(data):
        raise ValueError("a DER element cut short")
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        octets = length & 0x7F
        length, start = int.from_bytes(data[start : start + octets], "big"), start + octets
    if start + length > len(data):
        raise ValueError("a DER element cut short")
    return tag, data[start : start + length], start + length
