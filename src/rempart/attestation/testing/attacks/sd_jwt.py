"""Attacks on SD-JWT VC presentations: the analogues of the eight, and those that the format invites."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac, serialization

from rempart.attestation.outcome import Reason
from rempart.attestation.testing import certificates
from rempart.attestation.testing.attacks.noted import BAD_SIGNER, SD_JWT, UNREAD, Build, Replay, attack, named
from rempart.attestation.testing.encoding import base64url, from_base64url, json_bytes, jwk, jws, raw_signature
from rempart.attestation.testing.issuer import VCT, disclosed_digest, disclosure, new_key
from rempart.attestation.testing.scene import AGE, REVOKED, Scene
from rempart.attestation.testing.wallet import key_binding


def sd_jwt(*reasons: Reason) -> Callable[[Build], Build]:
    """Note an attack on SD-JWTs."""
    return attack(*reasons, among=SD_JWT)


# The eight


@sd_jwt(Reason.DIGEST_MISMATCH)
def injected_namespace(scene: Scene) -> str:
    """Beside a genuine age, a claim that the issuer never signed."""
    return scene.sd_jwt(unsigned=[disclosure("age_over_21", True)])


@sd_jwt(Reason.WRONG_DOCTYPE)
def swapped_doctype(scene: Scene) -> str:
    """A membership card of the same issuer, shown as a proof of age."""
    return scene.sd_jwt(payload=lambda payload: payload.update(vct="https://example.org/membership"))


@sd_jwt(Reason.EXPIRED)
def expired(scene: Scene) -> str:
    """A genuine credential past its end."""
    return scene.sd_jwt(payload=lambda payload: payload.update(exp=int(scene.at.timestamp()) - 86400))


@sd_jwt(Reason.UNTRUSTED_ISSUER)
def rogue_issuer(scene: Scene) -> str:
    """Everything as it should be, by an issuer that has the name of a trusted one and another key."""
    return scene.sd_jwt(issuer=scene.rogue)


@sd_jwt(Reason.BAD_DEVICE_SIGNATURE)
def stolen(scene: Scene) -> str:
    """A copied credential, shown by who does not have its key."""
    return scene.sd_jwt(shown_by=new_key())


@sd_jwt(Reason.ALREADY_USED)
def replayed(scene: Scene) -> Replay:
    """The same presentation a second time."""
    shown = scene.sd_jwt()
    return Replay(shown, shown)


@sd_jwt(Reason.NOT_OVER)
def claim_false(scene: Scene) -> str:
    """A genuine credential that its holder is not over 18."""
    return scene.sd_jwt(claims=[("age_over_18", False)])


@sd_jwt(Reason.EXTRA_ATTRIBUTE)
def extra_attribute(scene: Scene) -> str:
    """A genuine age with a genuine pseudonym, by which somebody could be followed."""
    return scene.sd_jwt(claims=[AGE, ("personal_administrative_number", "x-1")])


# What was issued


@sd_jwt(Reason.DIGEST_MISMATCH)
def claim_flipped(scene: Scene) -> str:
    """`false` was issued, `true` is shown."""
    return scene.sd_jwt(claims=[("age_over_18", False)], shown=[disclosure(*AGE)])


@sd_jwt(Reason.MALFORMED, Reason.DIGEST_MISMATCH)
def disclosed_twice(scene: Scene) -> str:
    """One disclosure, shown twice."""
    each = disclosure(*AGE)
    return scene.sd_jwt(shown=[each, each], payload=lambda payload: payload.update(_sd=[disclosed_digest(each)]))


@sd_jwt(Reason.MALFORMED)
def digest_twice(scene: Scene) -> str:
    """One digest stands in the credential twice."""
    return scene.sd_jwt(payload=lambda payload: payload.update(_sd=payload["_sd"] * 2))


@sd_jwt(Reason.MALFORMED)
def digest_in_two_places(scene: Scene) -> str:
    """One digest stands at the top and inside a claim."""
    return scene.sd_jwt(payload=lambda payload: payload.update(age_equal_or_over={"_sd": payload["_sd"]}))


@sd_jwt(Reason.MALFORMED, Reason.EXTRA_ATTRIBUTE)
def in_the_clear_and_disclosed(scene: Scene) -> str:
    """The credential says no in the clear and yes by a disclosure."""
    return scene.sd_jwt(payload=lambda payload: payload.update(age_over_18=False))


@sd_jwt(Reason.MALFORMED)
def said_twice(scene: Scene) -> str:
    """The issuer signed yes and no under one name, and both are shown."""
    return scene.sd_jwt(claims=[("age_over_18", False), AGE])


@sd_jwt(Reason.MALFORMED, Reason.NOT_OVER, Reason.UNSUPPORTED)
def contradiction(scene: Scene) -> str:
    """Over 18 and not over 15: whatever it is, it shows no age."""
    return scene.sd_jwt(claims=[("age_over_15", False), AGE])


@sd_jwt(Reason.UNSUPPORTED, Reason.MALFORMED)
def nothing_shown(scene: Scene) -> str:
    """A genuine credential of which nothing is shown."""
    return scene.sd_jwt(shown=[])


@sd_jwt(Reason.EXTRA_ATTRIBUTE)
def name_in_the_clear(scene: Scene) -> str:
    """The issuer wrote a name where everybody reads it."""
    return scene.sd_jwt(payload=lambda payload: payload.update(family_name="x"))


def _claim(name: object, value: object = True) -> Build:
    def build(scene: Scene) -> str:
        each = base64url(json_bytes(["salt-salt-salt-salt", name, value]))
        return scene.sd_jwt(shown=[each], payload=lambda payload: payload.update(_sd=[disclosed_digest(each)]))

    return build


for _what, _name, _value in (
    ("claim_of_digests", "_sd", ["x"]),
    ("claim_of_dots", "...", "x"),
    ("claim_of_algorithm", "_sd_alg", "sha-256"),
    ("claim_of_end", "exp", 4102444800),
    ("claim_of_binding", "cnf", {"jwk": {}}),
    ("claim_of_kind", "vct", VCT),
    ("claim_without_name", None, True),
    ("claim_of_number", 18, True),
    ("age_over_01", "age_over_01", True),
    ("age_over_99_false", "age_over_99", False),
    ("age_over_space", "age_over_18 ", True),
    ("age_over_other_digits", "age_over_１８", True),
    ("age_equal_or_over_list", "age_equal_or_over", ["18"]),
    ("age_equal_or_over_text", "age_equal_or_over", {"18": "true"}),
    ("age_in_years", "age_in_years", 40),
    ("value_one", "age_over_18", 1),
    ("value_text", "age_over_18", "true"),
    ("value_list", "age_over_18", [True]),
    ("value_null", "age_over_18", None),
    ("value_deep", "age_equal_or_over", {"18": [[[[[[[[[[[[[[[[[[[[True]]]]]]]]]]]]]]]]]]]]}),
):
    named(
        _what,
        f"The issuer signed a disclosure of {_name!r} as {_value!r}, which says nothing about being over 18.",
        _claim(_name, _value),
        Reason.EXTRA_ATTRIBUTE,
        Reason.UNSUPPORTED,
        Reason.MALFORMED,
        Reason.NOT_OVER,
        among=SD_JWT,
    )


def _disclosed(text: str) -> Build:
    def build(scene: Scene) -> str:
        return scene.sd_jwt(shown=[text], payload=lambda payload: payload.update(_sd=[disclosed_digest(text)]))

    return build


for _what, _text in {
    "disclosure_of_two": base64url(json_bytes(["salt", True])),
    "disclosure_of_four": base64url(json_bytes(["salt", "age_over_18", True, True])),
    "disclosure_of_object": base64url(json_bytes({"age_over_18": True})),
    "disclosure_padded": base64url(json_bytes(["salt-", "age_over_18", True])) + "==",
    "disclosure_of_noise": "!!!!",
    "disclosure_not_text": base64url(b"\xff\xfe"),
    "disclosure_followed": base64url(json_bytes(["salt", "age_over_18", True]) + b" x"),
    "disclosure_empty": "",
    "disclosure_deep": base64url(b'["salt","age_over_18",' + b"[" * 20_000 + b"]" * 20_000 + b"]"),
}.items():
    named(
        _what,
        "A disclosure that is none, under a digest that the issuer signed.",
        _disclosed(_text),
        *UNREAD,
        Reason.EXTRA_ATTRIBUTE,
        Reason.DIGEST_MISMATCH,
        among=SD_JWT,
    )


# Who issued it, and how


def _algorithm(about: str, name: str, change: Mapping[str, object]) -> None:
    named(
        name,
        about,
        lambda scene: scene.sd_jwt(header=lambda header: header.update(change)),
        Reason.BAD_ALGORITHM,
        Reason.MALFORMED,
        Reason.BAD_ISSUER_SIGNATURE,
        Reason.UNKNOWN_FORMAT,
        among=SD_JWT,
    )


_algorithm("The header says RSA.", "algorithm_rsa", {"alg": "RS256"})
_algorithm("The header says EdDSA.", "algorithm_eddsa", {"alg": "EdDSA"})
_algorithm("The header says ES384, the key is on P-256.", "algorithm_other_curve", {"alg": "ES384"})
_algorithm("The header names the algorithm as COSE does.", "algorithm_by_number", {"alg": -7})
_algorithm("The header holds something critical that nobody knows.", "header_critical", {"crit": ["x"], "x": 1})
_algorithm("The payload is said not to be encoded.", "header_not_encoded", {"crit": ["b64"], "b64": False})
_algorithm("It says to be a JWT of another kind.", "type_of_another", {"typ": "at+jwt"})
_algorithm("It says to be a status list.", "type_of_status_list", {"typ": "statuslist+jwt"})


def _resigned(scene: Scene, sign: Callable[[bytes], bytes], header: Mapping[str, object]) -> str:
    """With the issuer's part under another header and another signature, and a key binding made for that."""
    key = new_key()
    jwt, shown, *_ = scene.sd_jwt(bound_to=key).split("~")
    head, body, _ = jwt.split(".")
    text = f"{base64url(json_bytes({**json.loads(from_base64url(head)), **header}))}.{body}"
    presented = f"{text}.{base64url(sign(text.encode()))}~{shown}~"
    return presented + key_binding(key, presented, audience=scene.client_id, nonce=scene.nonce, at=scene.at)


@sd_jwt(Reason.BAD_ALGORITHM, Reason.MALFORMED, Reason.BAD_ISSUER_SIGNATURE)
def algorithm_none(scene: Scene) -> str:
    """Not signed: the header says so."""
    return _resigned(scene, lambda text: b"", {"alg": "none"})


@sd_jwt(Reason.BAD_ALGORITHM, Reason.MALFORMED, Reason.BAD_ISSUER_SIGNATURE)
def algorithm_hmac(scene: Scene) -> str:
    """HMAC with the issuer's public key as the secret."""
    public = scene.issuer.signer.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def sign(text: bytes) -> bytes:
        mac = hmac.HMAC(public, hashes.SHA256())
        mac.update(text)
        return mac.finalize()

    return _resigned(scene, sign, {"alg": "HS256"})


@sd_jwt(Reason.BAD_ISSUER_SIGNATURE, Reason.MALFORMED)
def signature_zero(scene: Scene) -> str:
    """r and s are zero."""
    return _resigned(scene, lambda text: bytes(64), {})


@sd_jwt(Reason.BAD_ISSUER_SIGNATURE, Reason.MALFORMED)
def signature_empty(scene: Scene) -> str:
    """No signature."""
    return _resigned(scene, lambda text: b"", {})


@sd_jwt(Reason.UNTRUSTED_ISSUER, Reason.BAD_CERTIFICATE, Reason.MALFORMED, Reason.BAD_ISSUER_SIGNATURE)
def key_brought_along(scene: Scene) -> str:
    """Signed with a key that the header itself brings."""
    key = new_key()

    def bring(header: dict[str, Any]) -> None:
        header.pop("x5c")
        header["jwk"] = jwk(key.public_key())

    return scene.sd_jwt(signer_key=key, header=bring)


@sd_jwt(Reason.UNTRUSTED_ISSUER, Reason.BAD_CERTIFICATE, Reason.MALFORMED)
def key_fetched(scene: Scene) -> str:
    """The header says where to fetch the key."""
    uri = "https://attacker.example/keys"

    def point(header: dict[str, Any]) -> None:
        header.pop("x5c")
        header.update(jku=uri, x5u=uri, kid="1")

    return scene.sd_jwt(signer_key=new_key(), header=point)


@sd_jwt(Reason.BAD_ISSUER_SIGNATURE)
def certificate_of_another(scene: Scene) -> str:
    """A rogue's signature under the genuine signer's certificate."""
    return scene.sd_jwt(signer_key=new_key())


@sd_jwt(*BAD_SIGNER)
def signer_for_web_servers(scene: Scene) -> str:
    """Signed with a certificate of the trusted root that is meant for web servers."""
    key = new_key()
    signer = certificates.document_signer(
        key.public_key(),
        signed_by=scene.issuer.root,
        with_key=scene.issuer.root_key,
        at=scene.at - timedelta(days=200),
        usages=("1.3.6.1.5.5.7.3.1",),
    )
    return scene.sd_jwt(signer_key=key, chain=[signer])


@sd_jwt(*BAD_SIGNER, Reason.MALFORMED)
def chain_empty(scene: Scene) -> str:
    """No certificate at all."""
    return scene.sd_jwt(header=lambda header: header.update(x5c=[]))


@sd_jwt(*BAD_SIGNER, Reason.MALFORMED)
def chain_of_noise(scene: Scene) -> str:
    """Noise where the certificate belongs."""
    return scene.sd_jwt(header=lambda header: header.update(x5c=["AAAA", 5]))


@sd_jwt(Reason.BAD_ALGORITHM)
def digest_sha1(scene: Scene) -> str:
    """The issuer's digests are said to be SHA-1."""
    return scene.sd_jwt(payload=lambda payload: payload.update(_sd_alg="sha-1"))


# When


@sd_jwt(Reason.NOT_YET_VALID)
def not_yet_valid(scene: Scene) -> str:
    """Valid from tomorrow week."""
    later = int((scene.at + timedelta(days=8)).timestamp())
    return scene.sd_jwt(payload=lambda payload: payload.update(nbf=later))


for _what, _end in {
    "until_missing": None,
    "until_in_words": "tomorrow",
    "until_beyond_reason": 1e300,
    "until_negative": -1,
    "until_true": True,
}.items():
    named(
        _what,
        "An end of validity that is none.",
        lambda scene, end=_end: scene.sd_jwt(  # type: ignore[misc]
            payload=lambda payload: payload.pop("exp") if end is None else payload.update(exp=end)
        ),
        Reason.MALFORMED,
        Reason.EXPIRED,
        among=SD_JWT,
    )


# Who shows it


@sd_jwt(Reason.WRONG_NONCE, Reason.BAD_DEVICE_SIGNATURE)
def nonce_of_another(scene: Scene) -> str:
    """Shown for another request."""
    return scene.sd_jwt(nonce="another")


@sd_jwt(Reason.WRONG_AUDIENCE, Reason.BAD_DEVICE_SIGNATURE)
def client_of_another(scene: Scene) -> str:
    """Shown to another service, which hands it on."""
    return scene.sd_jwt(audience="redirect_uri:https://elsewhere.example/response")


@sd_jwt(Reason.MISSING_BINDING)
def device_missing(scene: Scene) -> str:
    """Nothing is signed by its holder."""
    return scene.sd_jwt(binding=lambda shown: "")


@sd_jwt(Reason.MISSING_BINDING)
def device_key_missing(scene: Scene) -> str:
    """The credential is bound to nobody."""
    return scene.sd_jwt(payload=lambda payload: payload.pop("cnf"))


@sd_jwt(Reason.MISSING_BINDING, Reason.MALFORMED, Reason.BAD_ALGORITHM, Reason.BAD_DEVICE_SIGNATURE)
def device_key_symmetric(scene: Scene) -> str:
    """The credential is bound to a shared secret."""
    return scene.sd_jwt(payload=lambda payload: payload.update(cnf={"jwk": {"kty": "oct", "k": "AAAA"}}))


@sd_jwt(Reason.MALFORMED, Reason.BAD_ALGORITHM, Reason.BAD_DEVICE_SIGNATURE)
def device_key_off_curve(scene: Scene) -> str:
    """The holder's key is no point of the curve."""
    return scene.sd_jwt(payload=lambda payload: payload["cnf"]["jwk"].update(y=payload["cnf"]["jwk"]["x"]))


@sd_jwt(Reason.BAD_DEVICE_SIGNATURE)
def binding_of_other_disclosures(scene: Scene) -> str:
    """What the holder signed is less than what is shown."""
    key = new_key()

    def bind(shown: str) -> str:
        less = shown.split("~", maxsplit=1)[0] + "~"
        return key_binding(key, less, audience=scene.client_id, nonce=scene.nonce, at=scene.at)

    return scene.sd_jwt(bound_to=key, binding=bind)


def _binding(
    name: str, about: str, header: Mapping[str, object], payload: Mapping[str, object], *reasons: Reason
) -> None:
    def build(scene: Scene) -> str:
        key = new_key()

        def bind(shown: str) -> str:
            made = {
                "iat": int(scene.at.timestamp()),
                "aud": scene.client_id,
                "nonce": scene.nonce,
                "sd_hash": disclosed_digest(shown),
                **payload,
            }
            return jws(key, {"typ": "kb+jwt", **header}, {name: at for name, at in made.items() if at is not None})

        return scene.sd_jwt(bound_to=key, binding=bind)

    named(name, about, build, *reasons, among=SD_JWT)


_NOT_BOUND = (Reason.MISSING_BINDING, Reason.MALFORMED, Reason.BAD_DEVICE_SIGNATURE, Reason.BAD_ALGORITHM)
_binding("binding_type", "The holder's signature is of another kind.", {"typ": "JWT"}, {}, *_NOT_BOUND)
_binding("binding_algorithm_none", "The holder's header says it is not signed.", {"alg": "none"}, {}, *_NOT_BOUND)
_binding("binding_without_hash", "The holder signed nothing in particular.", {}, {"sd_hash": None}, *_NOT_BOUND)
_binding("binding_without_time", "The holder does not say when.", {}, {"iat": None}, *_NOT_BOUND)
_binding("binding_without_nonce", "The holder names no request.", {}, {"nonce": None}, Reason.WRONG_NONCE, *_NOT_BOUND)
_binding(
    "binding_audience_list",
    "The holder names everybody as its audience.",
    {},
    {"aud": ["https://elsewhere.example", "*"]},
    Reason.WRONG_AUDIENCE,
    *_NOT_BOUND,
)


@sd_jwt(Reason.EXPIRED, Reason.BAD_DEVICE_SIGNATURE)
def binding_old(scene: Scene) -> str:
    """The holder signed last month."""
    return scene.sd_jwt(at=scene.at - timedelta(days=30))


@sd_jwt(Reason.NOT_YET_VALID, Reason.BAD_DEVICE_SIGNATURE)
def binding_of_tomorrow(scene: Scene) -> str:
    """The holder signed tomorrow: prepared for later."""
    return scene.sd_jwt(at=scene.at + timedelta(days=1))


@sd_jwt(Reason.ALREADY_USED)
def replayed_for_another_request(scene: Scene) -> Replay:
    """A wallet that shows the same credential twice, each time signed anew."""
    key = new_key()
    shown = scene.sd_jwt(bound_to=key)
    text = shown.rpartition("~")[0] + "~"
    again = key_binding(key, text, audience=scene.client_id, nonce=scene.nonce, at=scene.at)
    return Replay(shown, text + again)


@sd_jwt(Reason.ALREADY_USED)
def replayed_in_json(scene: Scene) -> Replay:
    """The same presentation again, in the other serialization."""
    shown = scene.sd_jwt()
    jwt, *disclosures, bound = shown.split("~")
    protected, payload, signature = jwt.split(".")
    header = {"disclosures": disclosures, "kb_jwt": bound}
    again = {"protected": protected, "payload": payload, "signature": signature, "header": header}
    return Replay(shown, json.dumps(again))


# How it is written


@sd_jwt(*UNREAD, Reason.MISSING_BINDING, Reason.DIGEST_MISMATCH)
def trailing_bytes(scene: Scene) -> str:
    """Something follows."""
    return scene.sd_jwt() + "~x"


@sd_jwt(*UNREAD, Reason.BAD_DEVICE_SIGNATURE, Reason.MISSING_BINDING)
def cut_short(scene: Scene) -> str:
    """The end is missing."""
    return scene.sd_jwt()[:-5]


@sd_jwt(*UNREAD)
def far_too_large(scene: Scene) -> str:
    """A million disclosures."""
    return scene.sd_jwt() + "~x" * 1_000_000


@sd_jwt(*UNREAD)
def deep_header(scene: Scene) -> str:
    """A header of lists in one another."""
    return base64url(b'{"alg":' + b"[" * 50_000) + ".e30.AA~" + scene.sd_jwt().split("~", 1)[1]


@sd_jwt(*UNREAD)
def key_twice(scene: Scene) -> str:
    """The signed part says `cnf` twice: one reader would take the first, another the last."""
    key, other = new_key(), new_key()
    jwt, shown, *_ = scene.sd_jwt(bound_to=other).split("~")
    head, body, _ = jwt.split(".")
    twice = b'{"cnf":' + json_bytes({"jwk": jwk(key.public_key())}) + b"," + from_base64url(body)[1:]
    text = f"{head}.{base64url(twice)}"
    presented = f"{text}.{base64url(raw_signature(scene.issuer.signer_key, text.encode()))}~{shown}~"
    return presented + key_binding(key, presented, audience=scene.client_id, nonce=scene.nonce, at=scene.at)


# What the lists say


def _status(name: str, about: str, held: Callable[[str], object], *reasons: Reason) -> None:
    def build(scene: Scene) -> str:
        uri = scene.issuer.status.uri if scene.issuer.status else ""
        return scene.sd_jwt(payload=lambda payload: payload.update(status=held(uri)))

    named(name, about, build, *reasons, among=SD_JWT)


_UNKNOWN = (Reason.STATUS_UNKNOWN, Reason.BAD_STATUS_LIST, Reason.MALFORMED)
_status(
    "revoked",
    "The issuer took it back.",
    lambda uri: {"status_list": {"idx": REVOKED, "uri": uri}},
    Reason.REVOKED,
)
_status(
    "status_list_unknown",
    "It names a status list that nobody has.",
    lambda uri: {"status_list": {"idx": 1, "uri": f"{uri}/unknown"}},
    Reason.STATUS_UNKNOWN,
)
_status(
    "status_out_of_range",
    "Its place lies beyond the end of the status list.",
    lambda uri: {"status_list": {"idx": 10**9, "uri": uri}},
    *_UNKNOWN,
    Reason.REVOKED,
)
_status(
    "status_negative",
    "Its place in the status list is negative.",
    lambda uri: {"status_list": {"idx": -1, "uri": uri}},
    *_UNKNOWN,
)
_status("status_of_another_kind", "Its status is of a kind that is not known here.", lambda uri: {"x": uri}, *_UNKNOWN)
_status("status_null", "Its status is null.", lambda uri: None, *_UNKNOWN)
