"""Attacks on who shows an mdoc, to whom, and how often."""

from collections.abc import Callable
from typing import Any

import cbor2

from rempart.attestation.outcome import Reason
from rempart.attestation.testing import documents
from rempart.attestation.testing.attacks.noted import Build, Replay, attack, named
from rempart.attestation.testing.documents import NAMESPACE, item
from rempart.attestation.testing.encoding import embedded
from rempart.attestation.testing.issuer import new_key
from rempart.attestation.testing.scene import P256_ORDER, RESPONSE_URI, Scene, changed, device_signed, issuer_auth


@attack(Reason.BAD_DEVICE_SIGNATURE)
def nonce_of_another(scene: Scene) -> bytes:
    """Shown for another request."""
    other = documents.redirect_transcript(client_id=scene.client_id, nonce="another", response_uri=RESPONSE_URI)
    return scene.response(transcript=other)


@attack(Reason.BAD_DEVICE_SIGNATURE)
def client_of_another(scene: Scene) -> bytes:
    """Shown to another service, which hands it on."""
    uri = "https://elsewhere.example/response"
    other = documents.redirect_transcript(client_id=f"redirect_uri:{uri}", nonce=scene.nonce, response_uri=uri)
    return scene.response(transcript=other)


@attack(Reason.BAD_DEVICE_SIGNATURE)
def response_uri_of_another(scene: Scene) -> bytes:
    """Shown for the same service at another address."""
    uri = "https://elsewhere.example/response"
    other = documents.redirect_transcript(client_id=scene.client_id, nonce=scene.nonce, response_uri=uri)
    return scene.response(transcript=other)


@attack(Reason.BAD_DEVICE_SIGNATURE)
def origin_of_another(scene: Scene) -> bytes:
    """Shown through a browser to another site."""
    other = documents.browser_transcript(origin="https://elsewhere.example", nonce=scene.nonce)
    return scene.response(transcript=other)


@attack(Reason.BAD_DEVICE_SIGNATURE)
def transcript_empty(scene: Scene) -> bytes:
    """Signed for no request at all."""
    return scene.response(transcript=[None, None, None])


@attack(Reason.MISSING_BINDING, Reason.MALFORMED)
def device_missing(scene: Scene) -> bytes:
    """Nothing is signed by the device."""
    return scene.response(document=lambda document: document.pop("deviceSigned"))


@attack(Reason.MISSING_BINDING, Reason.MALFORMED)
def device_authentication_empty(scene: Scene) -> bytes:
    """The device's part is there, without signature."""
    return changed(scene.response(), lambda whole: device_signed(whole).update(deviceAuth={}))


@attack(Reason.MISSING_BINDING, Reason.MALFORMED, Reason.BAD_DEVICE_SIGNATURE, Reason.BAD_ALGORITHM)
def device_mac(scene: Scene) -> bytes:
    """A MAC whose key anybody could have made, where a signature belongs."""
    mac: list[object] = [cbor2.dumps({1: 5}), {}, None, bytes(32)]
    return changed(scene.response(), lambda whole: device_signed(whole).update(deviceAuth={"deviceMac": mac}))


@attack(Reason.MALFORMED, Reason.MISSING_BINDING)
def device_signature_and_mac(scene: Scene) -> bytes:
    """A signature and a MAC at once."""
    mac: list[object] = [cbor2.dumps({1: 5}), {}, None, bytes(32)]
    return changed(scene.response(), lambda whole: device_signed(whole)["deviceAuth"].update(deviceMac=mac))


@attack(Reason.BAD_DEVICE_SIGNATURE, Reason.MALFORMED)
def device_payload_attached(scene: Scene) -> bytes:
    """The device's signature brings the transcript it was made for."""
    other = documents.redirect_transcript(client_id="x", nonce="y", response_uri="z")
    name_spaces = embedded({})
    attached = documents.device_authentication(other, documents.DOCTYPE, name_spaces)
    shown = scene.response(transcript=other)
    return changed(shown, lambda whole: device_signed(whole)["deviceAuth"]["deviceSignature"].__setitem__(2, attached))


@attack(Reason.BAD_ALGORITHM, Reason.MALFORMED, Reason.BAD_DEVICE_SIGNATURE)
def device_algorithm(scene: Scene) -> bytes:
    """The device's header says HMAC."""
    return changed(
        scene.response(),
        lambda whole: device_signed(whole)["deviceAuth"]["deviceSignature"].__setitem__(0, cbor2.dumps({1: 5})),
    )


@attack(Reason.EXTRA_ATTRIBUTE, Reason.UNSUPPORTED, Reason.MALFORMED)
def device_says_so(scene: Scene) -> bytes:
    """The issuer said no, the device itself signs that it is over 18."""
    return scene.response(elements={"age_over_18": False}, shown={}, device_items={NAMESPACE: {"age_over_18": True}})


@attack(Reason.EXTRA_ATTRIBUTE, Reason.MALFORMED)
def device_adds(scene: Scene) -> bytes:
    """Beside a genuine age, the device signs something of its own."""
    return scene.response(device_items={NAMESPACE: {"nickname": "x"}})


def _with_device_key(change: Callable[[dict[int, Any]], None]) -> Build:
    def build(scene: Scene) -> bytes:
        return scene.response(mso=lambda mso: change(mso["deviceKeyInfo"]["deviceKey"]))

    return build


_KEYS: tuple[tuple[str, str, Callable[[dict[int, Any]], None]], ...] = (
    ("off_curve", "The device's key is no point of the curve.", lambda key: key.update({-3: b"\1" * 32})),
    ("zero", "The device's key is zero.", lambda key: key.update({-2: bytes(32), -3: bytes(32)})),
    ("other_curve", "The device's key says P-384.", lambda key: key.update({-1: 2})),
    ("symmetric", "The device's key is a shared secret.", lambda key: key.update({1: 4})),
    ("long", "A coordinate of the device's key is far too long.", lambda key: key.update({-2: bytes(10_000)})),
    ("text", "A coordinate of the device's key is text.", lambda key: key.update({-2: "x" * 32})),
    ("empty", "There is no device key.", lambda key: key.clear()),
)
for _name, _about, _change in _KEYS:
    named(
        f"device_key_{_name}",
        _about,
        _with_device_key(_change),
        Reason.MALFORMED,
        Reason.BAD_ALGORITHM,
        Reason.BAD_DEVICE_SIGNATURE,
        Reason.MISSING_BINDING,
    )


def _malleable(signature: bytes) -> bytes:
    """The other signature that verifies: (r, n - s)."""
    return signature[:32] + (P256_ORDER - int.from_bytes(signature[32:])).to_bytes(32)


@attack(Reason.ALREADY_USED)
def replayed_with_other_signature(scene: Scene) -> Replay:
    """Shown again with the issuer's signature turned into its twin, which verifies as well."""
    shown = scene.response()
    return Replay(
        shown, changed(shown, lambda whole: issuer_auth(whole).__setitem__(3, _malleable(issuer_auth(whole)[3])))
    )


@attack(Reason.ALREADY_USED)
def replayed_for_another_request(scene: Scene) -> Replay:
    """A wallet that shows the same attestation twice, each time signed anew."""
    key, items = new_key(), {NAMESPACE: [item(0, "age_over_18", True)]}
    shown = scene.response(items=items, device_key=key)
    signed = documents.device_signed(key, scene.transcript)
    return Replay(shown, changed(shown, lambda whole: whole["documents"][0].update(deviceSigned=signed)))


@attack(Reason.ALREADY_USED)
def replayed_with_other_chain(scene: Scene) -> Replay:
    """Shown again with the chain written as a list."""
    shown = scene.response()
    return Replay(shown, changed(shown, lambda whole: issuer_auth(whole)[1].update({33: [issuer_auth(whole)[1][33]]})))
