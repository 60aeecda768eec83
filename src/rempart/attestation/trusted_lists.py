"""Trusted lists (ETSI TS 119 612): who may issue proofs of age, as an XML list that its operator signs and renews.

The European list names services of type PAA (proof of age attestation) with their certificates. It counts only when
a certificate pinned beforehand signed it, only what that signature covers is read, and only until its next update.
Whatever a hostile list makes lxml or signxml do, the caller sees Refused.
"""

from binascii import a2b_base64
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from cryptography import x509
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from rempart.attestation.certificates import Anchor, load
from rempart.attestation.outcome import Reason, Refused

LARGEST = 16 << 20
MOST_OPERATORS = 8
MOST_NAMES = 64
"""Namespaces in scope of an element, and its attributes. Canonical XML takes the square of their number at every
element, before the signature is looked at: 130 kB keep a core busy for a quarter of a minute, a megabyte for hours."""

SERVICE_TYPES = frozenset(
    {
        "trust.tech.ec.europa.eu/lists/age-verification/service-type/paa",
        "ec.europa.eu/tools/lotl/av/TrstSvc/Svctype/PAA",  # its name while the profile was piloted
    }
)
"""Services whose attestations of age count. URIs are compared without their scheme: lists have both."""

GRANTED = frozenset(
    {
        "trust.tech.ec.europa.eu/lists/age-verification/service-status/recognized",
        "uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted",
    }
)
"""Statuses of a service that may issue now (TS 119 612, 5.5.4); what a service was before is not read."""

_TSL = "{http://uri.etsi.org/02231/v2#}"
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_FILTER = "http://www.w3.org/2002/06/xmldsig-filter2"
_TRANSFORMS = frozenset(
    {
        _ENVELOPED,
        _FILTER,
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2006/12/xml-c14n11",
    }
)
_SIGNATURES = frozenset(
    method
    for method in SignatureMethod
    if method.name.endswith(("SHA256", "SHA384", "SHA512")) and method.name.startswith(("RSA_", "ECDSA_"))
)
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})


@dataclass(frozen=True, kw_only=True)
class TrustedList:
    """What a verified list says: its number, when it was issued and is due again, whose certificates it names.

    scheme: what kind of list it is and whose, the same from one number to the next.
    """

    scheme: str
    sequence: int
    issued: datetime
    next_update: datetime
    certificates: tuple[x509.Certificate, ...]

    @property
    def anchors(self) -> list[Anchor]:
        """The certificates as anchors that go stale with the list."""
        return [Anchor(certificate, self.next_update) for certificate in self.certificates]


def looks_like_list(data: bytes) -> bool:
    """Whether a file may hold a trusted list: XML."""
    return data[:64].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def read_trusted_list(data: bytes, *, operators: Sequence[x509.Certificate]) -> TrustedList:
    """The list that one of these operators signed.

    Raises Refused (too_large, malformed, untrusted_issuer, bad_issuer_signature).
    """
    if len(data) > LARGEST:
        raise Refused(Reason.TOO_LARGE, "trusted list")
    root = _parse(data)
    issued = _date(_one(root, f"{_TSL}SchemeInformation/{_TSL}ListIssueDateTime"))
    signed = _signed(data, root, operators, at=issued)
    scheme = _one(signed, f"{_TSL}SchemeInformation")
    if _date(_one(scheme, f"{_TSL}ListIssueDateTime")) != issued:
        raise Refused(Reason.MALFORMED, "two dates of issue")
    update = _date(_one(scheme, f"{_TSL}NextUpdate/{_TSL}dateTime"))
    if update < issued:
        raise Refused(Reason.MALFORMED, "due before it was issued")
    number = _text(_one(scheme, f"{_TSL}TSLSequenceNumber"))
    if not number.isdecimal() or len(number) > 18:
        raise Refused(Reason.MALFORMED, "sequence number")
    certificates = tuple(dict.fromkeys(_granted(signed, issued)))
    named = ("TSLType", "SchemeTerritory", "SchemeOperatorName")
    kind = " ".join(_text(each) for name in named for each in scheme.findall(f"{_TSL}{name}"))
    return TrustedList(scheme=kind, sequence=int(number), issued=issued, next_update=update, certificates=certificates)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _parse(data: bytes) -> Any:
    """The root element of a list. No document type: entities and external files have no place here."""
    try:
        root = etree.fromstring(data, parser=_parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused(Reason.MALFORMED, "not XML") from error
    document = root.getroottree().docinfo
    if document.internalDTD is not None or document.externalDTD is not None or document.doctype:
        raise Refused(Reason.MALFORMED, "a document type")
    if root.tag != f"{_TSL}TrustServiceStatusList":
        raise Refused(Reason.UNKNOWN_FORMAT, "not a trusted list")
    if root.xpath(f"boolean(//*[@*[{MOST_NAMES + 1}]])") or _namespaces_in_scope(root) > MOST_NAMES:
        raise Refused(Reason.MALFORMED, "more namespaces or attributes than any list has")
    return root


def _namespaces_in_scope(root: Any) -> int:
    """The most declarations of namespaces that hold at one place."""
    most = now = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        now += 1 if event == "start-ns" else -1
        most = max(most, now)
    return most


class _Verifier(XMLVerifier):
    """Knows one more way to leave the signature out: the XPath filter that European lists are signed with."""

    def _apply_transforms(self, payload: Any, *, transforms_node: Any, signature: Any) -> Any:
        transforms = [] if transforms_node is None else transforms_node.findall(f"{_DS}Transform")
        if not {transform.get("Algorithm") for transform in transforms} <= _TRANSFORMS:
            raise Refused(Reason.BAD_ALGORITHM, "transform")
        for transform in transforms:
            if transform.get("Algorithm") == _FILTER:
                (path,) = transform
                if path.get("Filter") != "subtract" or (path.text or "").strip() != "/descendant::ds:Signature":
                    raise Refused(Reason.BAD_ALGORITHM, "transform")
                transform.set("Algorithm", _ENVELOPED)  # there is one signature, a child of the root: the same thing
        return super()._apply_transforms(payload, transforms_node=transforms_node, signature=signature)


def _signed(data: bytes, root: Any, operators: Sequence[x509.Certificate], *, at: datetime) -> Any:
    """The root element as signed: parsed again from the very bytes that the signature covers."""
    signatures = list(root.iter(f"{_DS}Signature"))
    if len(signatures) != 1 or signatures[0].getparent() is not root:
        raise Refused(Reason.BAD_ISSUER_SIGNATURE, "one signature, a child of the root, expected")
    config = SignatureConfiguration(
        location="./",
        expect_references=True,  # as many as there are: the list itself, and what XAdES says of the signature
        signature_methods=_SIGNATURES,
        digest_algorithms=_DIGESTS,
        verification_time=at,
    )
    failure: Exception | None = None
    for operator in _candidates(signatures[0], operators):
        try:
            results = _Verifier().verify(data, x509_cert=operator, parser=_parser(), expect_config=config)
        except Exception as error:  # what libraries raise on hostile XML is not theirs to promise
            failure = error
            continue
        covered = [result.signed_xml for result in cast("list[VerifyResult]", results)]
        lists = [each for each in covered if each is not None and each.tag == root.tag]
        if len(lists) != 1 or next(lists[0].iter(f"{_DS}Signature"), None) is not None:
            raise Refused(Reason.BAD_ISSUER_SIGNATURE, "the signature does not cover the list")
        return lists[0]
    raise Refused(Reason.BAD_ISSUER_SIGNATURE, "not signed so by its operator") from failure


def _candidates(signature: Any, operators: Sequence[x509.Certificate]) -> Sequence[x509.Certificate]:
    """The pinned certificate that the signature names, or all of them when it names none."""
    named = {_certificate(element) for element in signature.iterfind(f".//{_DS}KeyInfo//{_DS}X509Certificate")}
    found = [each for each in operators if each in named] if named else list(operators[:MOST_OPERATORS])
    if not found:
        raise Refused(Reason.UNTRUSTED_ISSUER, "no certificate of the list's operator is pinned")
    return found


def _granted(signed: Any, issued: datetime) -> Iterator[x509.Certificate]:
    """Certificates of the services that may attest ages, when the list was issued."""
    path = f"{_TSL}TrustServiceProviderList/{_TSL}TrustServiceProvider/{_TSL}TSPServices/{_TSL}TSPService"
    for information in signed.iterfind(f"{path}/{_TSL}ServiceInformation"):
        kind = _without_scheme(_one(information, f"{_TSL}ServiceTypeIdentifier"))
        status = _without_scheme(_one(information, f"{_TSL}ServiceStatus"))
        since = _date(_one(information, f"{_TSL}StatusStartingTime"))
        if kind not in SERVICE_TYPES or status not in GRANTED or since > issued:
            continue
        identity = f"{_TSL}ServiceDigitalIdentity/{_TSL}DigitalId/{_TSL}X509Certificate"
        for element in information.iterfind(identity):
            with suppress(Refused):  # one that cannot be read is of use to nobody; the others on the list are
                yield _certificate(element)


def _one(element: Any, path: str) -> Any:
    found = element.findall(path)
    if len(found) != 1:
        raise Refused(Reason.MALFORMED, path.rpartition("}")[2])
    return found[0]


def _text(element: Any) -> str:
    return "".join(element.itertext()).strip()


def _without_scheme(element: Any) -> str:
    return _text(element).removeprefix("https://").removeprefix("http://").rstrip("/")


def _date(element: Any) -> datetime:
    """An xsd:dateTime in UTC (TS 119 612, 5.1.4)."""
    try:
        moment = datetime.fromisoformat(_text(element))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused(Reason.MALFORMED, "a date") from error


def _certificate(element: Any) -> x509.Certificate:
    try:
        return load(a2b_base64(_text(element)))
    except ValueError as error:
        raise Refused(Reason.BAD_CERTIFICATE, "a certificate of the list") from error
