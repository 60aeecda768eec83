"""Certificates of the test issuer: a root (IACA) and the document signers under it (ISO/IEC 18013-5, Annex B)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID, ObjectIdentifier

ISSUER = "https://issuer.example"
"""How SD-JWTs name the test issuer."""
DOCUMENT_SIGNER = "1.3.130.2.0.0.1.2"
"""Extended key usage of who signs European proofs of age."""
MDL_SIGNER = "1.0.18013.5.1.2"
"""… and of who signs documents by ISO/IEC 18013-5."""


def _name(common: str, country: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Rempart, for tests only"),
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
        ]
    )


def _usage(*, signs_documents: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs_documents,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not signs_documents,
        crl_sign=not signs_documents,
        encipher_only=False,
        decipher_only=False,
    )


def root(
    key: ec.EllipticCurvePrivateKey, *, at: datetime, name: str = "Test IACA", country: str = "UT"
) -> x509.Certificate:
    """A self-signed root, valid for ten years from the day before `at`."""
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name, country))
        .issuer_name(_name(name, country))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_documents=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.IssuerAlternativeName([x509.UniformResourceIdentifier("https://issuer.example/")]), critical=False
        )
        .sign(key, hashes.SHA256())
    )


def document_signer(
    public: ec.EllipticCurvePublicKey,
    *,
    signed_by: x509.Certificate,
    with_key: ec.EllipticCurvePrivateKey,
    at: datetime,
    lasts: timedelta = timedelta(days=455),
    usages: Collection[str] = (DOCUMENT_SIGNER,),
    is_root: bool = False,
    name: str = "Test document signer",
    country: str = "UT",
) -> x509.Certificate:
    """The certificate of a document signer, valid from the day before `at`.

    usages: extended key usages, none for an empty collection. is_root: claims to be an authority, which it must not.
    """
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name, country))
        .issuer_name(signed_by.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + lasts)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(with_key.public_key()),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(_usage(signs_documents=not is_root), critical=True)
        .add_extension(
            x509.IssuerAlternativeName([x509.UniformResourceIdentifier("https://issuer.example/")]), critical=False
        )
        .add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(ISSUER), x509.DNSName("issuer.example")]),
            critical=False,
        )
    )
    if is_root:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ObjectIdentifier(usage) for usage in usages]), True)
    return builder.sign(with_key, hashes.SHA256())
