"""Providers: one signed answer to one question is one bit; everything else is refused with a code."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from rempart.age import vendors
from rempart.age.errors import NotAsWished, NotNow
from rempart.age.models import Assurance, Subject, VendorRequest
from rempart.age.services.vendors import ask_vendor, start_of
from rempart.attestation.jose import base64url
from rempart.correspondence.links import link_for
from rempart.ledger.clock import now

LOU = Subject.account("tiktok", "lou.dessine")
ADDRESS = "/age/vendors/example-face/result"
KEY, EDWARDS = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()


def jwk(key, kid: str) -> dict:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": base64url(raw)}
    point = key.public_key().public_numbers()
    x, y = (base64url(one.to_bytes(32)) for one in (point.x, point.y))
    return {"kty": "EC", "crv": "P-256", "kid": kid, "x": x, "y": y}


def described(**changes) -> str:
    return json.dumps(
        {
            "name": "example-face",
            "title": {"fr": "Exemple", "en": "Example"},
            "issuer": "https://face.example",
            "keys": {"keys": [jwk(KEY, "k1"), jwk(EDWARDS, "k2")]},
            "methods": ["face_estimate", "bank"],
            "estimates": ["face_estimate"],
            "confidence": "standard",
            "start": "https://face.example/start",
        }
        | changes
    )


@pytest.fixture(autouse=True)
def _described(db, settings, tmp_path):
    (tmp_path / "face.yaml").write_text(described(), encoding="utf-8")  # JSON is YAML
    settings.REMPART_AGE_VENDORS = str(tmp_path)
    settings.REMPART_ADDRESS = "https://rempart.example"


@pytest.fixture
def asked():
    return ask_vendor(LOU, vendor="example-face", over=16)


def signed(claims: dict, *, key=KEY, **header) -> str:
    """A provider's answer, as its server would sign it."""
    edwards = isinstance(key, ed25519.Ed25519PrivateKey)
    header = {"alg": "EdDSA" if edwards else "ES256", "typ": vendors.TYPE, "kid": "k2" if edwards else "k1"} | header
    said = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    if edwards:
        return f"{said}.{base64url(key.sign(said.encode()))}"
    r, s = decode_dss_signature(key.sign(said.encode(), ec.ECDSA(SHA256())))
    return f"{said}.{base64url(r.to_bytes(32) + s.to_bytes(32))}"


def answer(asked: VendorRequest, **changes) -> dict:
    moment = int(now().timestamp())
    claims = {
        "iss": "https://face.example",
        "aud": "https://rempart.example",
        "sub": asked.number,
        "nonce": asked.nonce,
        "iat": moment,
        "exp": moment + 300,
        "over": 16,
        "met": True,
        "method": "face_estimate",
        "confidence": "enhanced",
        "estimate": {"lower": 17.2, "upper": 24, "level": 0.95},
    } | changes
    return {name: value for name, value in claims.items() if value is not None}


def post(text: str, content_type="application/jwt"):
    return Client().post(ADDRESS, text, content_type=content_type)


def refused(text: str) -> str:
    response = post(text)
    assert response.status_code >= 400
    assert not Assurance.objects.exists()
    return response.json()["reason"]


@pytest.mark.parametrize("key", [KEY, EDWARDS], ids=["ES256", "EdDSA"])
def test_a_good_answer_is_one_bit_at_most_as_sure_as_the_provider_is_held_to_be(asked, key):
    assert post(signed(answer(asked), key=key)).status_code == 204
    [bit] = Assurance.objects.all()
    assert (bit.over, bit.met, bit.method, bit.confidence) == (16, True, "vendor", "standard")


def test_a_provider_learns_a_number_and_a_nonce_and_neither_service_nor_account(asked):
    assert "tiktok" not in start_of(asked)
    assert "lou" not in start_of(asked)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://other.example"}, "wrong_issuer"),
        ({"aud": "https://elsewhere.example"}, "wrong_audience"),
        ({"aud": ["https://rempart.example"]}, "wrong_audience"),
        ({"sub": "another"}, "unknown_request"),
        ({"nonce": "another"}, "wrong_nonce"),
        ({"over": 13, "estimate": {"lower": 17, "upper": 20, "level": 0.95}}, "wrong_threshold"),
        ({"exp": 1}, "expired"),
        ({"iat": 1}, "too_old"),
        ({"iat": 9_999_999_998, "exp": 9_999_999_999}, "not_yet_valid"),
        ({"met": 1}, "malformed"),
        ({"over": "16"}, "malformed"),
        ({"iat": True}, "malformed"),
        ({"method": "tarot"}, "wrong_method"),
        ({"confidence": "absolute"}, "wrong_confidence"),
        ({"birthdate": "2010-01-01"}, "unexpected_claim"),
        ({"image": "data:…"}, "unexpected_claim"),
        ({"estimate": None}, "malformed"),
        ({"estimate": {"lower": 15.9, "upper": 24, "level": 0.95}}, "within_margin"),
        ({"estimate": {"lower": 16, "upper": 24, "level": 0.95}}, "within_margin"),
        ({"estimate": {"lower": 17, "upper": 24, "level": 0.5}}, "malformed"),
        ({"estimate": {"lower": 24, "upper": 17, "level": 0.95}}, "malformed"),
        ({"met": False, "estimate": {"lower": 12, "upper": 16.5, "level": 0.95}}, "within_margin"),
    ],
    ids=lambda value: value if isinstance(value, str) else json.dumps(value)[:60],
)
def test_what_is_wrong_with_an_answer_is_said_by_a_code(asked, changes, reason):
    assert refused(signed(answer(asked, **changes))) == reason


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"alg": "none"}, "bad_algorithm"),
        ({"alg": "HS256"}, "bad_algorithm"),
        ({"alg": "EdDSA"}, "bad_algorithm"),
        ({"kid": "unknown"}, "unknown_key"),
        ({"typ": "JWT"}, "malformed"),
        ({"crit": ["exp"]}, "malformed"),
        ({"jwk": {}}, "malformed"),
    ],
    ids=lambda value: value if isinstance(value, str) else json.dumps(value),
)
def test_the_header_chooses_nothing(asked, header, reason):
    assert refused(signed(answer(asked), **header)) == reason


def test_another_key_than_the_provider_s_signs_nothing(asked):
    assert refused(signed(answer(asked), key=ec.generate_private_key(ec.SECP256R1()))) == "bad_signature"
    assert refused(signed(answer(asked), key=ed25519.Ed25519PrivateKey.generate())) == "bad_signature"


def test_an_answer_serves_once(asked):
    text = signed(answer(asked))
    assert post(text).status_code == 204
    assert post(text).json() == {"reason": "already_used"}
    assert Assurance.objects.count() == 1


def test_an_answer_after_the_hour_is_too_late(asked, clock):
    clock.move(timedelta(hours=1))
    assert refused(signed(answer(asked))) == "request_over"


def test_five_refusals_of_one_question_are_all(asked):
    for _time in range(5):
        assert refused(signed(answer(asked, nonce="guess"))) == "wrong_nonce"
    assert refused(signed(answer(asked))) == "too_many"


def test_a_refusal_of_a_known_question_is_recorded_by_its_code(asked):
    refused(signed(answer(asked, nonce="guess")))
    asked.refresh_from_db()
    assert (asked.refusals, asked.reason) == (1, "wrong_nonce")


def test_somebody_who_is_asked_may_choose_a_provider_and_no_more_stands_open_then(challenged):
    challenge = challenged(handle="lou.dessine", step="prove")
    page = urlsplit(link_for(challenge.conversation)).path
    assert "Continuer avec Exemple" in Client().get(page).content.decode()
    there = Client().post(f"{page}vendor/example-face/")
    assert there.url.startswith("https://face.example/start?request=")
    made = VendorRequest.objects.get()
    claims = answer(made, over=13, estimate={"lower": 14.1, "upper": 19, "level": 0.95})
    assert post(signed(claims)).status_code == 204
    challenge.refresh_from_db()
    assert challenge.state == "proved"


def test_nothing_but_a_signed_answer_has_a_way_in(asked):
    assert post(signed(answer(asked)), content_type="image/jpeg").status_code == 415
    assert post("x" * (vendors.LONGEST + 1)).json() == {"reason": "too_large"}
    assert Client().get(ADDRESS).status_code == 405
    assert Client().post("/age/vendors/nobody/result", "x", content_type="application/jwt").status_code == 404


@pytest.mark.parametrize("odd", ["a\0b", "\ud800", "x" * 300, "é"], ids=["NUL", "surrogate", "long", "accent"])
@pytest.mark.parametrize("claim", ["sub", "nonce"])
def test_a_number_or_nonce_that_was_never_made_here_is_malformed(asked, claim, odd):
    assert post(signed(answer(asked) | {claim: odd})).json() == {"reason": "malformed"}


def test_an_estimate_below_the_age_is_a_no(asked):
    claims = answer(asked, met=False, estimate={"lower": 11, "upper": 14.5, "level": 0.99})
    assert post(signed(claims)).status_code == 204
    assert Assurance.objects.get().met is False


def test_one_person_asks_five_times_an_hour_and_only_known_providers():
    for _time in range(5):
        ask_vendor(LOU, vendor="example-face", over=13)
    with pytest.raises(NotNow):
        ask_vendor(LOU, vendor="example-face", over=13)
    with pytest.raises(NotAsWished):
        ask_vendor(LOU, vendor="nobody", over=13)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Bad name"}, "name"),
        ({"start": "http://face.example"}, "start"),
        ({"keys": {"keys": []}}, "keys"),
        ({"keys": {"keys": [{"kty": "EC", "crv": "P-256", "kid": "k", "x": "AA", "y": "AA"}]}}, "keys"),
        ({"keys": {"keys": [jwk(KEY, "k1"), jwk(KEY, "k1")]}}, "keys"),
        ({"estimates": ["tarot"]}, "estimates"),
        ({"confidence": "absolute"}, "confidence"),
        ({"oldest_seconds": 0}, "oldest_seconds"),
        ({"faces": "kept"}, "faces"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_a_wrong_description_is_refused_naming_the_field(changes, field):
    with pytest.raises(ImproperlyConfigured, match=f"face.yaml: {field}:"):
        vendors.parse(described(**changes), "face.yaml")


@examples(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(where=st.integers(min_value=0, max_value=2_000), to=st.characters(codec="ascii"))
def test_a_changed_character_is_never_accepted_and_never_crashes(where, to):
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    vendor = vendors.parse(described(), "face.yaml")
    claims = {"iss": "https://face.example", "aud": "a", "sub": "s", "nonce": "n", "iat": int(moment.timestamp())}
    claims |= {"exp": claims["iat"] + 60, "over": 16, "met": True, "method": "bank", "confidence": "strict"}
    text = signed(claims)
    where %= len(text)
    changed = text[:where] + to + text[where + 1 :]
    if changed == text:
        assert vendors.read_answer(changed, vendor, audience="a", at=moment).met
    else:
        with pytest.raises(vendors.VendorRefused):
            vendors.read_answer(changed, vendor, audience="a", at=moment)
