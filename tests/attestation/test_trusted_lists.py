"""Trusted lists: who signed, what is covered, who is granted, when it is stale; and lists that attackers write."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from xml.sax.saxutils import escape

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from rempart.attestation import trusted_lists
from rempart.attestation.outcome import Reason, Refused
from rempart.attestation.testing.encoding import der, raw_signature
from rempart.attestation.testing.issuer import Issuer
from rempart.attestation.testing.trusted_list import PROOF_OF_AGE, RECOGNIZED, WITHDRAWN, Operator
from rempart.attestation.testing.wallet import Wallet
from rempart.attestation.trust import Trust
from rempart.attestation.trusted_lists import TrustedList, read_trusted_list
from rempart.attestation.verifying import verify

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service of the list, with the certificates that it attests by."""

    certificates: tuple[x509.Certificate, ...]
    kind: str = PROOF_OF_AGE
    status: str = RECOGNIZED
    since: datetime | None = None
    """When it got its status; when the list was issued if None."""
    history: str = ""
    """What is written of it before, as XML."""


def unsigned(
    services: Iterable[Service], *, issued: datetime, next_update: datetime | None = None, sequence: int = 1
) -> bytes:
    """The list without its signature."""
    listed = "".join(_service(each, issued) for each in services)
    return (
        '<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" TSLTag="http://uri.etsi.org/19612/TSLTag">'
        f"<SchemeInformation><TSLVersionIdentifier>6</TSLVersionIdentifier><TSLSequenceNumber>{sequence}"
        f"</TSLSequenceNumber><TSLType>http://trust.tech.ec.europa.eu/lists/age-verification/tsl-type</TSLType>"
        '<SchemeOperatorName><Name xml:lang="en">Test operator</Name></SchemeOperatorName>'
        f"<ListIssueDateTime>{_date(issued)}</ListIssueDateTime>"
        f"<NextUpdate><dateTime>{_date(next_update or issued + timedelta(days=180))}</dateTime></NextUpdate>"
        "</SchemeInformation>"
        "<TrustServiceProviderList><TrustServiceProvider><TSPServices>"
        f"{listed}</TSPServices></TrustServiceProvider></TrustServiceProviderList></TrustServiceStatusList>"
    ).encode()


def sign(listed: bytes, by: Operator, named: Operator | None = None) -> bytes:
    """The list with an enveloped signature of an operator, which may name another one's certificate."""
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    return bytes(etree.tostring(signer.sign(etree.fromstring(listed), key=by.key, cert=[(named or by).certificate])))


def _service(service: Service, issued: datetime) -> str:
    identity = "".join(
        f"<DigitalId><X509Certificate>{base64.b64encode(der(each)).decode()}</X509Certificate></DigitalId>"
        for each in service.certificates
    )
    return (
        "<TSPService><ServiceInformation>"
        f"<ServiceTypeIdentifier>{escape(service.kind)}</ServiceTypeIdentifier>"
        '<ServiceName><Name xml:lang="en">Test issuer</Name></ServiceName>'
        f"<ServiceDigitalIdentity>{identity}</ServiceDigitalIdentity>"
        f"<ServiceStatus>{escape(service.status)}</ServiceStatus>"
        f"<StatusStartingTime>{_date(service.since or issued)}</StatusStartingTime></ServiceInformation>"
        f"{service.history}</TSPService>"
    )


def _date(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def operator() -> Operator:
    return Operator.make(at=AT)


@cache
def issuer() -> Issuer:
    return Issuer.make(at=AT)


def granted(**changed: object) -> Service:
    return Service(**{"certificates": (issuer().root,), **changed})


def made(*services: Service, **changed: object) -> bytes:
    return sign(unsigned(services or (granted(),), **{"issued": AT, **changed}), operator())


def read(data: bytes) -> TrustedList:
    return read_trusted_list(data, operators=[operator().certificate])


def reason_of(data: bytes) -> Reason:
    with pytest.raises(Refused) as caught:
        read(data)
    return caught.value.reason


def test_a_list_that_its_operator_signed_names_its_issuers():
    listed = read(made(sequence=17))
    assert (listed.sequence, listed.issued, listed.next_update) == (17, AT, AT + timedelta(days=180))
    assert listed.certificates == (issuer().root,)
    assert [anchor.listed_until for anchor in listed.anchors] == [listed.next_update]


@pytest.mark.parametrize(
    ("service", "counts"),
    [
        ({}, True),
        ({"kind": PROOF_OF_AGE.replace("http:", "https:"), "status": RECOGNIZED + "/"}, True),
        ({"kind": f"\n  {PROOF_OF_AGE}\n"}, True),
        ({"kind": "http://ec.europa.eu/tools/lotl/av/TrstSvc/Svctype/PAA"}, True),
        ({"status": "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted"}, True),
        ({"status": WITHDRAWN}, False),
        ({"status": "http://trust.tech.ec.europa.eu/lists/age-verification/service-status/deprecated"}, False),
        ({"kind": "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"}, False),
        ({"since": AT + timedelta(days=1)}, False),
    ],
    ids=[
        "as published",
        "other spelling",
        "space around",
        "pilot",
        "granted",
        "deprecated",
        "withdrawn",
        "CA",
        "later",
    ],
)
def test_only_services_that_may_attest_ages_now_count(service, counts):
    assert bool(read(made(granted(**service))).certificates) is counts


def test_what_a_service_was_before_is_not_read():
    before = unsigned([granted()], issued=AT).decode().partition("<TSPService>")[2].partition("</TSPService>")[0]
    history = before.replace("ServiceInformation", "ServiceHistoryInstance")
    service = granted(status=WITHDRAWN, history=f"<ServiceHistory>{history}</ServiceHistory>")
    assert read(made(service)).certificates == ()


def test_a_list_of_an_operator_who_is_not_pinned_is_refused():
    stranger = Operator.make(at=AT)
    assert reason_of(sign(unsigned([granted()], issued=AT), stranger)) == Reason.UNTRUSTED_ISSUER


def test_a_list_that_names_the_operator_but_is_signed_by_another_is_refused():
    forger = Operator.make(at=AT)
    assert reason_of(sign(unsigned([granted()], issued=AT), forger, named=operator())) == Reason.BAD_ISSUER_SIGNATURE


def test_a_list_is_refused_that_its_operator_signed_when_the_certificate_had_ended():
    late = AT + timedelta(days=4000)
    assert reason_of(made(issued=late)) == Reason.BAD_ISSUER_SIGNATURE


def test_a_list_that_nobody_signed_is_refused():
    assert reason_of(unsigned([granted()], issued=AT)) == Reason.BAD_ISSUER_SIGNATURE


# -- wrapping: a good signature beside what it does not cover


def parts(data: bytes) -> tuple[str, str]:
    """The list without its signature, and the signature."""
    text = data.decode()
    start, end = text.index("<ds:Signature"), text.index("</ds:Signature>") + len("</ds:Signature>")
    return text[:start] + text[end:], text[start:end]


def forged() -> str:
    rogue = Issuer.make(at=AT)
    return unsigned([granted(certificates=(rogue.root,))], issued=AT, sequence=18).decode()


def inside(outer: str, *added: str) -> bytes:
    return outer.replace("</TrustServiceStatusList>", "".join(added) + "</TrustServiceStatusList>").encode()


WRAPPED = {
    "signature moved to another list": lambda real, signature: inside(forged(), signature),
    "real list inside the forged one": lambda real, signature: inside(forged(), signature, real),
    "real list inside the signature": lambda real, signature: inside(
        forged(), signature.replace("</ds:Signature>", f"<ds:Object>{real}</ds:Object></ds:Signature>")
    ),
    "signed list inside the forged one": lambda real, signature: inside(forged(), inside(real, signature).decode()),
    "two signatures": lambda real, signature: inside(real, signature, signature),
    "by reference to a part": lambda real, signature: inside(
        forged().replace("<TrustServiceStatusList", '<TrustServiceStatusList Id="other"', 1),
        signature.replace('URI=""', 'URI="#real"'),
        real.replace("<TrustServiceStatusList", '<TrustServiceStatusList Id="real"', 1),
    ),
    "a service added": lambda real, signature: inside(
        real.replace(
            "</TSPServices>", forged().partition("<TSPServices>")[2].partition("</TSPServices>")[0] + "</TSPServices>"
        ),
        signature,
    ),
    "another due date": lambda real, signature: inside(real.replace("2027-05-22", "2099-05-22"), signature),
    "no reference": lambda real, signature: inside(
        real, signature.partition("<ds:Reference")[0] + signature.partition("</ds:Reference>")[2]
    ),
    "transform of the attacker": lambda real, signature: inside(
        real,
        signature.replace(
            "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116"
        ),
    ),
}


def filtered(path: str) -> bytes:
    """A list whose signature is left out of what is signed by an XPath filter, as European tools write it."""
    root = etree.fromstring(made())
    enveloped = root.find(".//{*}Transform[@Algorithm='http://www.w3.org/2000/09/xmldsig#enveloped-signature']")
    enveloped.set("Algorithm", FILTER)
    etree.SubElement(enveloped, f"{{{FILTER}}}XPath", Filter="subtract", nsmap={None: FILTER}).text = path
    signed_info = etree.tostring(root.find(".//{*}SignedInfo"), method="c14n", exclusive=True)
    signature = base64.b64encode(raw_signature(operator().key, signed_info)).decode()
    root.find(".//{*}SignatureValue").text = signature
    return etree.tostring(root)


def test_the_filter_that_leaves_the_signature_out_is_known_and_no_other():
    assert read(filtered("/descendant::ds:Signature")).certificates == (issuer().root,)
    assert reason_of(filtered("/descendant::ds:Signature | //*")) == Reason.BAD_ISSUER_SIGNATURE


@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
def test_a_signature_lends_its_weight_to_nothing_that_it_does_not_cover(wrap):
    assert reason_of(wrap(*parts(made()))) in {Reason.BAD_ISSUER_SIGNATURE, Reason.BAD_ALGORITHM}


FILTER = "http://www.w3.org/2002/06/xmldsig-filter2"
ENTITY = '<!DOCTYPE TrustServiceStatusList [<!ENTITY a "{}">]>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.MALFORMED),
        (b"not XML", Reason.MALFORMED),
        (b"<html/>", Reason.UNKNOWN_FORMAT),
        (ENTITY.format("x").encode() + b"<TrustServiceStatusList/>", Reason.MALFORMED),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a>&a;</a>', Reason.MALFORMED),
        (b'<?xml version="1.0" encoding="UTF-16"?><a/>', Reason.MALFORMED),
        (b"<TrustServiceStatusList xmlns='http://uri.etsi.org/02231/v2#'/>", Reason.MALFORMED),
        (b"<a>" * 100_000, Reason.MALFORMED),
        (b"<" + b"a" * (trusted_lists.LARGEST + 1), Reason.TOO_LARGE),
    ],
    ids=["empty", "text", "a page", "entity", "file", "encoding", "no scheme", "deep", "large"],
)
def test_a_file_that_is_no_list_is_refused(data, reason):
    assert reason_of(data) == reason


def test_entities_that_expand_without_end_are_not_expanded():
    names = "abcdefghij"
    bomb = "".join(f'<!ENTITY {inner} "{f"&{outer};" * 10}">' for outer, inner in pairwise(names))
    document = made().decode().replace("Test operator", "&j;")
    assert reason_of(f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{bomb}]>{document}'.encode()) == Reason.MALFORMED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<NextUpdate><dateTime>2027-05-22T12:00:00Z</dateTime></NextUpdate>", "<NextUpdate/>"),
        ("2027-05-22T12:00:00Z", "soon"),
        ("2027-05-22T12:00:00Z", "2020-01-01T00:00:00Z"),
        ("<TSLSequenceNumber>1<", "<TSLSequenceNumber>one<"),
        ("<ServiceStatus>", "<ServiceStatus>x</ServiceStatus><ServiceStatus>"),
    ],
    ids=["closed", "due in words", "due before it was issued", "number in words", "two statuses"],
)
def test_a_signed_list_that_lacks_what_it_must_say_is_refused(before, after):
    text = unsigned([granted()], issued=AT).decode()
    assert before in text
    assert reason_of(sign(text.replace(before, after).encode(), operator())) == Reason.MALFORMED


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_list_changed_anywhere_never_names_another_issuer(data):
    original = made()
    position = data.draw(st.integers(0, len(original) - 1))
    piece = data.draw(st.one_of(st.binary(max_size=2), st.sampled_from([b"<", b"&a;", b"<!--", b"\x00", b" "])))
    changed = original[:position] + piece + original[position + data.draw(st.integers(0, 3)) :]
    try:
        listed = read(changed)
    except Refused:
        return
    assert listed == read(original)


def test_a_folder_with_a_list_and_its_operator_trusts_the_issuers_until_the_list_is_stale(tmp_path):
    (tmp_path / "operators").mkdir()
    (tmp_path / "operators" / "scheme.der").write_bytes(der(operator().certificate))
    (tmp_path / "av-tl.xml").write_bytes(made(next_update=AT + timedelta(days=1)))
    trust = Trust.from_folder(tmp_path)
    wallet, verdicts = Wallet(), {}
    for name, at in {"current": AT, "stale": AT + timedelta(days=2)}.items():
        (held,) = wallet.receive(issuer(), {18: True}, at=AT, batch=1)
        asked = {"client_id": "redirect_uri:https://platform.example", "nonce": "n"}
        verdicts[name] = verify(wallet.present_mdoc(held, **asked), trust=trust, at=at, **asked)
    assert verdicts["current"].accepted
    assert verdicts["stale"].reason == Reason.STALE_TRUST


def test_who_was_taken_off_a_list_does_not_come_back_by_an_older_one(tmp_path):
    (tmp_path / "operator.der").write_bytes(der(operator().certificate))
    (tmp_path / "a-newer.xml").write_bytes(made(granted(status=WITHDRAWN), sequence=10))
    assert len(Trust.from_folder(tmp_path).anchors) == 1
    (tmp_path / "b-older.xml").write_bytes(made(granted(), sequence=9))
    (anchor,) = Trust.from_folder(tmp_path).anchors.certificates
    assert anchor == operator().certificate


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_date_out_of_all_calendars_is_no_date(date):
    assert reason_of(made().replace(_date(AT).encode(), date.encode())) == Reason.MALFORMED


def test_a_certificate_of_no_known_version_signs_no_list():
    changed = bytearray(der(operator().certificate))
    changed[changed.index(bytes.fromhex("a003020102")) + 4] = 7
    before, opening, rest = made().partition(b"<ds:X509Certificate>")
    after = rest.partition(b"</ds:X509Certificate>")[2]
    renamed = before + opening + base64.b64encode(changed) + b"</ds:X509Certificate>" + after
    assert reason_of(renamed) == Reason.BAD_CERTIFICATE


def test_a_certificate_that_cannot_be_read_does_not_take_the_others_off_the_list():
    listed = unsigned([granted(), granted()], issued=AT)
    identity = base64.b64encode(der(issuer().root))
    assert read(sign(listed.replace(identity, b"AAAA", 1), operator())).certificates == (issuer().root,)


@pytest.mark.parametrize("many", ['xmlns:n{0}="urn:{0}"', 'n{0}="x"'], ids=["namespaces", "attributes"])
def test_names_without_number_are_not_canonicalized(many):
    names = " ".join(many.format(number) for number in range(70))
    assert reason_of(made().replace(b"<ds:SignedInfo>", f"<ds:SignedInfo {names}>".encode())) == Reason.MALFORMED
