"""A trusted list for tests (ETSI TS 119 612): who may issue proofs of age, signed by an operator made for it."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import SignatureMethod
from signxml.signer import XMLSigner

from rempart.attestation.testing.encoding import der

NAMESPACE = "http://uri.etsi.org/02231/v2#"
PROOF_OF_AGE = "http://trust.tech.ec.europa.eu/lists/age-verification/service-type/paa"
RECOGNIZED = "http://trust.tech.ec.europa.eu/lists/age-verification/service-status/recognized"
WITHDRAWN = "http://trust.tech.ec.europa.eu/lists/age-verification/service-status/withdrawn"
LIST_TYPE = "http://trust.tech.ec.europa.eu/lists/age-verification/list-type"


@dataclass(frozen=True, kw_only=True)
class Operator:
    """Who publishes the list. `certificate` is what relying parties pin."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    certificate: x509.Certificate

    @classmethod
    def make(cls, *, at: datetime) -> "Operator":
        """An operator with a new key, certified by itself from the day before `at`."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.COMMON_NAME, "Test scheme operator"),
                x509.NameAttribute(NameOID.COUNTRY_NAME, "UT"),
            ]
        )
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(at - timedelta(days=1))
            .not_valid_after(at + timedelta(days=730))
            .sign(key, hashes.SHA256())
        )
        return cls(key=key, certificate=certificate)

    @property
    def pem(self) -> bytes:
        """The certificate in PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def publish(
        self,
        issuers: Iterable[x509.Certificate],
        *,
        at: datetime,
        lasts: timedelta = timedelta(days=180),
        sequence: int = 1,
        service: str = PROOF_OF_AGE,
        status: str = RECOGNIZED,
    ) -> bytes:
        """The signed list of these issuers, issued at that moment and due again after `lasts`."""
        root = etree.Element(f"{{{NAMESPACE}}}TrustServiceStatusList", nsmap={None: NAMESPACE})
        root.set("Id", "list")
        root.set("TSLTag", "http://uri.etsi.org/19612/TSLTag")
        scheme = _add(root, "SchemeInformation")
        _add(scheme, "TSLVersionIdentifier", "5")
        _add(scheme, "TSLSequenceNumber", str(sequence))
        _add(scheme, "TSLType", LIST_TYPE)
        _add(_add(scheme, "SchemeOperatorName"), "Name", "Test scheme operator", lang="en")
        _add(scheme, "SchemeTerritory", "UT")
        _add(scheme, "HistoricalInformationPeriod", "0")
        _add(scheme, "ListIssueDateTime", _moment(at))
        _add(_add(scheme, "NextUpdate"), "dateTime", _moment(at + lasts))
        provider = _add(_add(root, "TrustServiceProviderList"), "TrustServiceProvider")
        name = _add(_add(provider, "TSPInformation"), "TSPName")
        _add(name, "Name", "Test issuer of proofs of age", lang="en")
        services = _add(provider, "TSPServices")
        for issuer in issuers:
            information = _add(_add(services, "TSPService"), "ServiceInformation")
            _add(information, "ServiceTypeIdentifier", service)
            _add(_add(information, "ServiceName"), "Name", "Proof of age", lang="en")
            identity = _add(_add(information, "ServiceDigitalIdentity"), "DigitalId")
            _add(identity, "X509Certificate", b64encode(der(issuer)).decode())
            _add(information, "ServiceStatus", status)
            _add(information, "StatusStartingTime", _moment(at - timedelta(days=1)))
        signer = XMLSigner(
            signature_algorithm=SignatureMethod.ECDSA_SHA256,
            c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",
        )
        signed = signer.sign(root, key=self.key, cert=[self.certificate])
        return bytes(etree.tostring(signed, xml_declaration=True, encoding="UTF-8"))


def _add(parent: etree._Element, tag: str, text: str | None = None, *, lang: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    element.text = text
    if lang:
        element.set("{http://www.w3.org/XML/1998/namespace}lang", lang)
    return element


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
