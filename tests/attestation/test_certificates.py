"""Whose signature counts: chains to an anchor, and nothing that only looks like one."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from attestation.conftest import AT
from rempart.attestation.certificates import DOCUMENT_SIGNERS, REMEMBERED, Anchor, Anchors, der
from rempart.attestation.outcome import Reason
from rempart.attestation.testing import certificates as made
from rempart.attestation.testing.issuer import new_key

ROOT_KEY, SIGNER_KEY = new_key(), new_key()
ROOT = made.root(ROOT_KEY, at=AT)
OPENS, CLOSES = AT - timedelta(days=1), AT + timedelta(days=455)


def signer(**changed):
    given = {"signed_by": ROOT, "with_key": ROOT_KEY, "at": AT, **changed}
    return made.document_signer(SIGNER_KEY.public_key(), **given)


def authority(key, *, by, with_key, name="Intermediate", ca=True, signs=True, deepest=None, opens=OPENS):
    usage = x509.KeyUsage(not signs, False, False, False, False, signs, signs, False, False)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(by.subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(opens)
        .not_valid_after(AT + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca, deepest), critical=True)
        .add_extension(usage, critical=True)
        .sign(with_key, hashes.SHA256())
    )


def plain(key, *, subject=ROOT.subject, issuer=ROOT.subject, with_key=ROOT_KEY, extensions=(), scheme=None):
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(2)
        .not_valid_before(OPENS)
        .not_valid_after(CLOSES)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(with_key, scheme or hashes.SHA256())


def twice(*usages):
    """A certificate (DER) that restricts its use twice: no library makes one, so the bytes are changed and signed."""
    first, second = (x509.ExtendedKeyUsage([x509.ObjectIdentifier(usage)]) for usage in usages)
    stand_in = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.38"), second.public_bytes())
    honest = plain(SIGNER_KEY, extensions=[(first, False), (stand_in, False)])
    body = honest.tbs_certificate_bytes.replace(b"\x55\x1d\x26", b"\x55\x1d\x25")
    signature = ROOT_KEY.sign(body, ec.ECDSA(hashes.SHA256()))
    algorithm = bytes.fromhex("300a06082a8648ce3d040302")
    content = body + algorithm + b"\x03" + bytes((len(signature) + 1,)) + b"\x00" + signature
    return b"\x30\x82" + len(content).to_bytes(2) + content


@pytest.mark.parametrize("usages", [[made.DOCUMENT_SIGNER], [made.MDL_SIGNER], []], ids=["age", "licence", "any"])
def test_a_document_signer_under_a_trusted_root_may_sign(usages):
    found = Anchors([ROOT]).signer([der(signer(usages=usages))])
    assert found.key == SIGNER_KEY.public_key()
    assert (found.not_before, found.not_after) == (OPENS, CLOSES)


def test_a_signer_pinned_for_itself_needs_no_root():
    pinned = signer(usages=["1.2.3.4"])
    assert Anchors([pinned]).signer([der(pinned)]).key == SIGNER_KEY.public_key()


def test_a_chain_passes_through_an_intermediate_and_lasts_as_long_as_its_shortest_part():
    key, root_key = new_key(), new_key()
    root = authority(root_key, by=ROOT, with_key=ROOT_KEY, name="Root", deepest=1)
    between = authority(key, by=root, with_key=root_key, opens=AT)
    found = Anchors([root]).signer([der(signer(signed_by=between, with_key=key)), der(between)])
    assert (found.not_before, found.not_after) == (AT, AT + timedelta(days=30))


def test_who_shows_an_authority_beside_a_signer_that_it_did_not_appoint_is_refused(refused):
    key, root_key = new_key(), new_key()
    root = authority(root_key, by=ROOT, with_key=ROOT_KEY, name="Root", deepest=1)
    between = authority(key, by=root, with_key=root_key)
    forged = signer(signed_by=between, with_key=new_key())
    assert refused(Anchors([root]).signer, [der(forged), der(between)]) is Reason.BAD_CERTIFICATE


def test_a_root_that_appoints_signers_alone_has_no_intermediates(refused):
    key = new_key()
    between = authority(key, by=ROOT, with_key=ROOT_KEY)
    chain = [der(signer(signed_by=between, with_key=key)), der(between)]
    assert refused(Anchors([ROOT]).signer, chain) is Reason.BAD_CERTIFICATE


@pytest.mark.parametrize(
    ("chain", "reason"),
    [
        (list, Reason.BAD_CERTIFICATE),
        (lambda: [b"no certificate"], Reason.BAD_CERTIFICATE),
        (lambda: [der(signer())[:-1]], Reason.BAD_CERTIFICATE),
        (lambda: [der(signer())] * 5, Reason.BAD_CERTIFICATE),
        (lambda: [der(signer(is_root=True))], Reason.BAD_CERTIFICATE),
        (lambda: [der(signer(usages=[ExtendedKeyUsageOID.SERVER_AUTH.dotted_string]))], Reason.BAD_CERTIFICATE),
        (lambda: [der(signer(with_key=new_key()))], Reason.UNTRUSTED_ISSUER),
        (lambda: [der(signer(with_key=new_key())), der(ROOT)], Reason.BAD_CERTIFICATE),
    ],
    ids=["none", "no certificate", "cut", "long", "authority", "web server", "other key", "other key, same name"],
)
def test_what_does_not_lead_to_the_root_is_refused(chain, reason, refused):
    assert refused(Anchors([ROOT]).signer, chain()) is reason


@pytest.mark.parametrize(
    ("between", "reason"),
    [
        ({"ca": False, "signs": True}, Reason.BAD_CERTIFICATE),
        ({"ca": True, "signs": False}, Reason.BAD_CERTIFICATE),
    ],
    ids=["no authority", "may not sign"],
)
def test_a_signer_does_not_appoint_signers(between, reason, refused):
    key, root_key = new_key(), new_key()
    root = authority(root_key, by=ROOT, with_key=ROOT_KEY, name="Root", deepest=1)  # it may have an authority below it
    middle = authority(key, by=root, with_key=root_key, **between)
    assert refused(Anchors([root]).signer, [der(signer(signed_by=middle, with_key=key)), der(middle)]) is reason


def test_a_pinned_signer_does_not_appoint_signers(refused):
    """Trusted to sign documents, it is no root."""
    pinned = signer()
    key = new_key()
    forged = made.document_signer(key.public_key(), signed_by=pinned, with_key=SIGNER_KEY, at=AT)
    assert refused(Anchors([pinned]).signer, [der(forged)]) is Reason.BAD_CERTIFICATE


@pytest.mark.parametrize(
    ("leaf", "reason"),
    [
        (lambda: plain(rsa.generate_private_key(65537, 2048)), Reason.BAD_ALGORITHM),
        (
            lambda: plain(SIGNER_KEY, extensions=[(x509.PolicyConstraints(0, None), True)]),
            Reason.BAD_CERTIFICATE,
        ),
        (lambda: plain(SIGNER_KEY, extensions=[(x509.KeyUsage(*[False] * 4, True, *[False] * 4), True)]), None),
        (lambda: plain(SIGNER_KEY, scheme=hashes.SHA224()), Reason.BAD_ALGORITHM),
        (lambda: plain(SIGNER_KEY, extensions=[(x509.BasicConstraints(True, None), True)]), None),
        (lambda: twice(made.DOCUMENT_SIGNER, ExtendedKeyUsageOID.SERVER_AUTH.dotted_string), None),
        (lambda: twice(ExtendedKeyUsageOID.SERVER_AUTH.dotted_string, made.DOCUMENT_SIGNER), None),
    ],
    ids=["RSA", "critical and unknown", "no signature", "weak hash", "authority", "extension twice", "and turned"],
)
def test_a_leaf_that_is_not_understood_is_refused(leaf, reason, refused):
    made_so = leaf()
    chain = [made_so if isinstance(made_so, bytes) else der(made_so)]
    assert refused(Anchors([ROOT]).signer, chain) is (reason or Reason.BAD_CERTIFICATE)


@pytest.mark.parametrize(
    "value",
    [bytes.fromhex("3027822568747470733a2f2f636f6d6d697373696f6e2e6575726f70612e65752f696e6465785f656e"), b"\xff", b""],
    ids=["a URL as DNS name", "no DER", "nothing"],
)
def test_a_malformed_alternative_name_of_the_issuer_does_not_matter(value):
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.18"), value)
    leaf = plain(SIGNER_KEY, extensions=[(odd, False)])
    assert Anchors([ROOT]).signer([der(leaf)]).key == SIGNER_KEY.public_key()


def test_a_certificate_that_makes_its_parser_warn_is_refused(refused):
    """Warnings are errors here, as they may be where this runs."""
    leaf = bytearray(der(plain(SIGNER_KEY)))
    leaf[leaf.index(b"\x02\x01\x02\x02\x01\x02") + 5] = 0x82  # version 3, then the serial number: -126
    assert refused(Anchors([ROOT]).signer, [bytes(leaf)]) is Reason.BAD_CERTIFICATE


def test_a_chain_verified_before_is_still_looked_at_as_of_the_moment(refused):
    anchors = Anchors([ROOT])
    chain = [der(signer())]
    anchors.signer(chain).ensure_valid(AT)
    assert refused(anchors.signer(chain).ensure_valid, CLOSES + timedelta(seconds=1)) is Reason.BAD_CERTIFICATE
    assert refused(anchors.signer(chain).ensure_valid, OPENS - timedelta(seconds=1)) is Reason.BAD_CERTIFICATE


def test_a_chain_verified_for_one_purpose_is_not_taken_for_another(refused):
    anchors = Anchors([ROOT])
    chain = [der(signer())]
    anchors.signer(chain)
    assert refused(anchors.signer, chain, purposes=frozenset((b"\x2a",))) is Reason.BAD_CERTIFICATE


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr("rempart.attestation.certificates.REMEMBERED", 2)
    anchors = Anchors([ROOT])
    chains = [[der(signer(name=f"Signer {number}"))] for number in range(5)]
    assert [anchors.signer(chain).key for chain in chains] == [SIGNER_KEY.public_key()] * 5
    assert len(anchors._verified) <= 2 < REMEMBERED


def test_an_issuer_is_trusted_as_long_as_the_list_that_names_it(refused):
    chain = [der(signer())]
    stale = Anchors([Anchor(ROOT, AT)]).signer(chain)
    stale.ensure_valid(AT)
    assert refused(stale.ensure_valid, AT + timedelta(seconds=1)) is Reason.STALE_TRUST
    for both in ([Anchor(ROOT, AT), Anchor(ROOT)], [Anchor(ROOT), Anchor(ROOT, AT)]):
        Anchors(both).signer(chain).ensure_valid(AT + timedelta(days=1))


def test_every_document_signer_of_another_curve_keeps_its_own(refused):
    key = ec.generate_private_key(ec.SECP384R1())
    leaf = plain(key, extensions=[(x509.ExtendedKeyUsage([x509.ObjectIdentifier(made.DOCUMENT_SIGNER)]), True)])
    assert Anchors([ROOT]).signer([der(leaf)], purposes=DOCUMENT_SIGNERS).key == key.public_key()


@pytest.mark.parametrize(
    ("curve", "reason"), [(ec.SECP224R1(), Reason.UNTRUSTED_ISSUER), (ec.BrainpoolP256R1(), None)], ids=["224", "256"]
)
def test_an_authority_has_a_curve_of_256_bits_at_least(curve, reason, refused):
    key = ec.generate_private_key(curve)
    root = authority(key, by=ROOT, with_key=ROOT_KEY)
    chain = [der(signer(signed_by=root, with_key=key))]
    if reason:
        assert refused(Anchors([root]).signer, chain) is reason
    else:
        Anchors([root]).signer(chain).ensure_valid(AT)


@pytest.mark.parametrize("first", ["old", "new"])
def test_a_root_that_is_renewed_with_its_key_does_not_end_with_the_old_one(first):
    old = plain(ROOT_KEY, extensions=[(x509.BasicConstraints(True, 0), True)])
    assert old.not_valid_after_utc < ROOT.not_valid_after_utc
    lasting = signer(lasts=timedelta(days=600))
    pinned = [old, ROOT] if first == "old" else [ROOT, old]
    Anchors(pinned).signer([der(lasting)]).ensure_valid(CLOSES + timedelta(days=1))
