"""Token status lists: the draft's own vectors, tokens of the test issuer, and what hostile ones come to."""

import json
import random
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.attestation import status_lists
from rempart.attestation.certificates import Anchors
from rempart.attestation.jose import unbase64url
from rempart.attestation.outcome import Reason, Refused
from rempart.attestation.status_lists import StatusLists, load, read_token, reference
from rempart.attestation.testing import certificates
from rempart.attestation.testing.encoding import ALG, ES256, base64url, jwk, jws, sign1
from rempart.attestation.testing.issuer import Issuer, new_key
from rempart.attestation.testing.lists import SUSPENDED, StatusList
from rempart.attestation.trust import IssuerKey

VECTORS = json.loads((Path(__file__).parent / "vectors" / "status_lists.json").read_text())
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
DRAFT_KEY = (IssuerKey(VECTORS["key"]),)


@cache
def issuer() -> Issuer:
    return Issuer.make(at=AT, with_status=True)


def trusted() -> Anchors:
    return Anchors([issuer().root])


def held(bits: int = 1) -> StatusList:
    return StatusList(uri="https://issuer.example/status/1", bits=bits, size=64)


def token(listed: StatusList, form: str = "jwt", **changed: object) -> bytes:
    key, signer = issuer().signer_key, issuer().signer
    made = getattr(listed, f"as_{form}")(changed.pop("key", key), changed.pop("signer", signer), at=AT, **changed)
    return made.encode() if isinstance(made, str) else made


def loaded(*tokens: bytes) -> StatusLists:
    lists = StatusLists()
    for each in tokens:
        load(lists, each, anchors=trusted())
    return lists


def reason_of(act, *args, **kwargs) -> Reason:
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    return caught.value.reason


@pytest.mark.parametrize("form", ["jwt", "cwt"])
def test_the_tokens_of_the_draft_hold_under_its_key(form):
    read = read_token(VECTORS[form].encode(), anchors=Anchors(()), keys=DRAFT_KEY)
    assert (read.uri, read.bits, len(read)) == (VECTORS["uri"], VECTORS["bits"], 16)
    assert {index: read.status(index) for index in range(16) if read.status(index)} == {
        int(index): status for index, status in VECTORS["statuses"].items()
    }
    assert (read.issued.timestamp(), read.until.timestamp()) == (VECTORS["issued"], VECTORS["expires"])


@pytest.mark.parametrize("form", ["jwt", "cwt"])
def test_the_tokens_of_the_draft_do_not_hold_under_another_key(form):
    named = {"kid": VECTORS["key"]["kid"]} if "kid" in VECTORS["key"] else {}
    another, no_point = {**jwk(new_key().public_key()), **named}, {**VECTORS["key"], "x": VECTORS["key"]["y"]}
    for keys, reason in (
        ((), Reason.UNTRUSTED_ISSUER),
        ((IssuerKey(another),), Reason.BAD_ISSUER_SIGNATURE),
        ((IssuerKey(no_point),), Reason.MALFORMED),
    ):
        assert reason_of(read_token, VECTORS[form].encode(), anchors=Anchors(()), keys=keys) is reason


@pytest.mark.parametrize("vector", VECTORS["lists"], ids=lambda each: f"{each['bits']}-bits-of-{each['size']}")
def test_the_encodings_of_the_draft_say_every_status_and_no_other(vector):
    packed = zlib.decompress(unbase64url(vector["lst"]))
    read = status_lists.StatusList(uri="", bits=vector["bits"], packed=packed, issued=AT, until=AT)
    size = min(len(read), vector["size"])
    said = {int(index): status for index, status in vector["statuses"].items()}
    assert len(read) >= vector["size"]
    assert {index: status for index in range(size) if (status := read.status(index))} == said


@pytest.mark.parametrize("form", ["jwt", "cwt"])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_a_revoked_credential_is_refused_and_its_neighbours_are_not(form, bits):
    listed = held(bits)
    listed.set(7)
    lists = loaded(token(listed, form))
    assert reason_of(lists.ensure_valid, listed.uri, 7, at=AT) == Reason.REVOKED
    lists.ensure_valid(listed.uri, 6, at=AT)
    lists.ensure_valid(listed.uri, 8, at=AT)


def test_a_suspended_credential_is_refused_too():
    listed = held(bits=2)
    listed.set(7, SUSPENDED)
    assert reason_of(loaded(token(listed)).ensure_valid, listed.uri, 7, at=AT) == Reason.REVOKED


def test_of_two_tokens_for_an_address_the_later_counts_whatever_their_order():
    before, after = held(), held()
    after.set(3)
    key, signer = issuer().signer_key, issuer().signer
    early = before.as_jwt(key, signer, at=AT - timedelta(hours=2)).encode()
    for tokens in ((early, token(after)), (token(after), early)):
        assert reason_of(loaded(*tokens).ensure_valid, after.uri, 3, at=AT) == Reason.REVOKED


@pytest.mark.parametrize(
    ("uri", "index", "at", "reason"),
    [
        ("https://issuer.example/status/1", 64, AT, Reason.BAD_STATUS_LIST),
        ("https://issuer.example/status/2", 0, AT, Reason.STATUS_UNKNOWN),
        ("https://issuer.example/status/1", 0, AT + timedelta(days=1, seconds=1), Reason.STATUS_UNKNOWN),
        ("https://issuer.example/status/1", 0, AT - timedelta(hours=1), Reason.STATUS_UNKNOWN),
    ],
    ids=["index beyond the list", "another address", "expired", "of a later time"],
)
def test_without_a_current_list_that_knows_it_nothing_is_valid(uri, index, at, reason):
    assert reason_of(loaded(token(held())).ensure_valid, uri, index, at=at) == reason


@pytest.mark.parametrize("form", ["jwt", "cwt"])
def test_a_list_signed_by_somebody_else_is_remembered_as_bad(form):
    stranger = Issuer.make(at=AT)
    lists = loaded(token(held(), form, key=stranger.signer_key, signer=stranger.signer))
    assert len(lists) == 0
    assert reason_of(lists.ensure_valid, held().uri, 0, at=AT) == Reason.BAD_STATUS_LIST


@pytest.mark.parametrize("form", ["jwt", "cwt"])
def test_a_bad_token_does_not_push_a_good_one_out(form):
    revoking = held()
    revoking.set(0)
    bad = token(revoking, form, key=new_key())
    for tokens in ((bad, token(held())), (token(held()), bad)):
        loaded(*tokens).ensure_valid(held().uri, 0, at=AT)


def test_a_list_counts_no_longer_than_the_certificate_that_signed_it():
    public = issuer().signer_key.public_key()
    short = certificates.document_signer(
        public, signed_by=issuer().root, with_key=issuer().root_key, at=AT, lasts=timedelta(hours=1)
    )
    lists = loaded(token(held(), signer=short))
    lists.ensure_valid(held().uri, 0, at=AT)
    assert reason_of(lists.ensure_valid, held().uri, 0, at=AT + timedelta(hours=2)) == Reason.STATUS_UNKNOWN


def test_a_list_is_signed_while_its_certificate_is_valid():
    public, root, with_key = issuer().signer_key.public_key(), issuer().root, issuer().root_key
    short = certificates.document_signer(public, signed_by=root, with_key=with_key, at=AT, lasts=timedelta(hours=1))
    late = held().as_jwt(issuer().signer_key, short, at=AT + timedelta(hours=2)).encode()
    assert reason_of(read_token, late, anchors=trusted()) is Reason.BAD_CERTIFICATE


@pytest.mark.parametrize("form", ["jwt", "cwt"])
@pytest.mark.parametrize(
    ("usages", "accepted"),
    [(("1.3.6.1.5.5.7.3.30",), True), (("1.3.6.1.5.5.7.3.1",), False)],
    ids=["certified for status lists", "certified for web servers"],
)
def test_the_signer_is_certified_for_lists_or_documents(usages, accepted, form):
    signer = certificates.document_signer(
        issuer().signer_key.public_key(), signed_by=issuer().root, with_key=issuer().root_key, at=AT, usages=usages
    )
    assert len(loaded(token(held(), form, signer=signer))) == int(accepted)


def signed(header: dict[str, object] | None = None, **claims: object) -> bytes:
    """A JWT under the draft's claims and the trusted signer, with some of them changed (None leaves one out)."""
    payload: dict[str, object] = {
        "sub": "https://issuer.example/status/1",
        "iat": int(AT.timestamp()),
        "status_list": {"bits": 1, "lst": base64url(zlib.compress(bytes(8)))},
    }
    payload = {name: value for name, value in {**payload, **claims}.items() if value is not None}
    whole = token(held()).decode().split(".")[0]
    x5c = json.loads(unbase64url(whole))["x5c"]
    return jws(issuer().signer_key, {"typ": "statuslist+jwt", "x5c": x5c, **(header or {})}, payload).encode()


def lst(raw: bytes, bits: object = 1) -> dict[str, object]:
    return {"bits": bits, "lst": base64url(raw)}


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        pytest.param({"header": {"typ": "JWT"}}, Reason.BAD_STATUS_LIST, id="another type"),
        pytest.param({"header": {"alg": "none"}}, Reason.BAD_ALGORITHM, id="no algorithm"),
        pytest.param({"header": {"alg": "HS256"}}, Reason.BAD_ALGORITHM, id="a shared secret"),
        pytest.param({"header": {"crit": ["exp"]}}, Reason.BAD_ALGORITHM, id="a critical extension"),
        pytest.param({"header": {"x5c": "text"}}, Reason.MALFORMED, id="certificates that are none"),
        pytest.param({"header": {"x5c": []}}, Reason.BAD_CERTIFICATE, id="no certificate"),
        pytest.param({"sub": None}, Reason.BAD_STATUS_LIST, id="about nothing"),
        pytest.param({"sub": 1}, Reason.BAD_STATUS_LIST, id="about a number"),
        pytest.param({"iat": None}, Reason.BAD_STATUS_LIST, id="no date of issue"),
        pytest.param({"iat": True}, Reason.BAD_STATUS_LIST, id="a date that is true"),
        pytest.param({"exp": "tomorrow"}, Reason.BAD_STATUS_LIST, id="an end in words"),
        pytest.param({"exp": 1e300}, Reason.BAD_STATUS_LIST, id="an end beyond all dates"),
        pytest.param({"ttl": 0}, Reason.BAD_STATUS_LIST, id="may not be kept"),
        pytest.param({"status_list": None}, Reason.BAD_STATUS_LIST, id="no list"),
        pytest.param({"status_list": lst(zlib.compress(b"a"), bits=3)}, Reason.BAD_STATUS_LIST, id="three bits"),
        pytest.param(
            {"status_list": lst(zlib.compress(b"a"), bits=True)}, Reason.BAD_STATUS_LIST, id="bits that are true"
        ),
        pytest.param({"status_list": lst(b"\x00" * 20)}, Reason.BAD_STATUS_LIST, id="not compressed"),
        pytest.param({"status_list": lst(zlib.compress(b"a" * 999)[:-5])}, Reason.BAD_STATUS_LIST, id="cut short"),
        pytest.param(
            {"status_list": lst(zlib.compress(b"a") + b"more")}, Reason.BAD_STATUS_LIST, id="something after it"
        ),
        pytest.param({"status_list": {"bits": 1, "lst": "a+b/"}}, Reason.MALFORMED, id="another alphabet"),
    ],
)
def test_a_token_that_is_not_as_the_draft_says_is_refused(made, reason):
    assert reason_of(read_token, signed(**made), anchors=trusted()) == reason


def test_a_list_that_inflates_without_end_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(status_lists, "LARGEST_LIST", 1 << 16)
    bomb = signed(status_list=lst(zlib.compress(bytes(1 << 20))))
    assert reason_of(read_token, bomb, anchors=trusted()) == Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("claims", "lasts"),
    [({"exp": int(AT.timestamp()) + 60, "ttl": 30}, 60), ({"ttl": 30}, 30), ({}, 7 * 86400)],
    ids=["until it expires", "as long as it may be kept", "a week where it does not say"],
)
def test_how_long_a_list_counts(claims, lasts):
    assert read_token(signed(**claims), anchors=trusted()).until == AT + timedelta(seconds=lasts)


def test_a_cwt_of_another_type_or_without_one_is_refused():
    payload = cbor2.dumps({2: "u", 6: int(AT.timestamp()), 65533: {"bits": 1, "lst": zlib.compress(b"a")}})
    for protected in ({ALG: ES256}, {ALG: ES256, 16: "application/cwt"}, {ALG: ES256, 16: 60}):
        made = cbor2.dumps(sign1(issuer().signer_key, payload, protected=protected, unprotected={}))
        assert reason_of(read_token, made, anchors=trusted()) == Reason.BAD_STATUS_LIST


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ([], Reason.MALFORMED),
        ({}, Reason.STATUS_UNKNOWN),
        ({"identifier_list": {"id": "1", "uri": "u"}}, Reason.STATUS_UNKNOWN),
        ({"status_list": "u"}, Reason.MALFORMED),
        ({"status_list": {"uri": "u", "idx": "1"}}, Reason.MALFORMED),
        ({"status_list": {"uri": "u", "idx": True}}, Reason.MALFORMED),
        ({"status_list": {"uri": "u", "idx": -1}}, Reason.MALFORMED),
        ({"status_list": {"uri": 1, "idx": 1}}, Reason.MALFORMED),
    ],
    ids=["list", "empty", "identifier list only", "text", "index in words", "index true", "negative", "no address"],
)
def test_a_status_that_names_no_place_in_a_list_is_refused(status, reason):
    assert reason_of(reference, status) == reason


@given(st.binary(max_size=400))
def test_whatever_a_file_holds_reading_it_refuses_and_does_nothing_else(data):
    with pytest.raises(Refused):
        read_token(data, anchors=trusted())


@given(st.data())
def test_a_token_that_was_changed_anywhere_says_nothing(data):
    form = data.draw(st.sampled_from(["jwt", "cwt"]))
    listed = held()
    listed.set(7)
    original = token(listed, form)
    position = data.draw(st.integers(0, len(original) - 1))
    changed = bytearray(original)
    changed[position] ^= data.draw(st.integers(1, 255))
    lists = loaded(bytes(changed))
    if len(lists):  # only what is not signed may differ: tags and headers that nothing rests on
        assert reason_of(lists.ensure_valid, listed.uri, 7, at=AT) == Reason.REVOKED


def signed_with_a_key(**changed: object) -> tuple[bytes, dict[str, object]]:
    """A list of valid statuses signed with a key of its own, some claims changed or (None) left out; and the key."""
    key = new_key()
    listed = {"bits": 1, "lst": base64url(zlib.compress(bytes(8)))}
    claims = {"sub": "https://issuer.example/status/1", "iat": int(AT.timestamp()), "status_list": listed, **changed}
    kept = {name: value for name, value in claims.items() if value is not None}
    return jws(key, {"typ": "statuslist+jwt"}, kept).encode(), jwk(key.public_key())


def test_a_list_counts_to_the_end_of_time_and_not_beyond():
    data, key = signed_with_a_key(iat=status_lists.LATEST, ttl=10**9)
    assert read_token(data, anchors=Anchors(()), keys=[IssuerKey(key)]).until.year == 9999


def test_a_list_that_does_not_say_whose_it_is_may_be_of_any_whose_key_is_listed():
    data, key = signed_with_a_key()
    named, key_of_named = signed_with_a_key(iss="https://another.example")
    assert read_token(data, anchors=Anchors(()), keys=[IssuerKey(key, "https://issuer.example")]).status(7) == 0
    listed = [IssuerKey(key_of_named, "https://issuer.example")]
    assert reason_of(read_token, named, anchors=Anchors(()), keys=listed) == Reason.UNTRUSTED_ISSUER


def test_a_list_of_millions_of_credentials_is_read():
    packed = random.Random(7).randbytes(1 << 20)
    data, key = signed_with_a_key(status_list={"bits": 1, "lst": base64url(zlib.compress(packed))})
    assert len(read_token(data, anchors=Anchors(()), keys=[IssuerKey(key)])) == 1 << 23
