"""What a faulty issuer or wallet makes: presentations whose parts were broken before they were signed.

Their signatures hold, so they reach the code behind the signature checks, which mutations of finished presentations
rarely do. What must hold: a verdict with a code, whatever the parts are.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

import cbor2

from rempart.attestation.testing.documents import NAMESPACE, item
from rempart.attestation.testing.encoding import base64url, json_bytes, raw_signature, sha256
from rempart.attestation.testing.issuer import disclosed_digest, new_key
from rempart.attestation.testing.mutations import Cbor, edited
from rempart.attestation.testing.scene import Scene

_KEY = new_key()
_ITEM, _OTHER = (cbor2.loads(item(number, "age_over_18", number == 0)).value for number in (0, 1))


def signed(scene: Scene, *, seed: int = 0) -> Iterator[tuple[str, bytes | str]]:
    """An endless stream of what is faulty and a presentation in which it is, the faults the same for the same seed."""
    random = Random(seed)  # noqa: S311 - the same each time is the point

    def security_object(scene: Scene) -> bytes:
        return scene.response(payload=lambda payload: Cbor(payload, payload).mutated(random))

    def element(scene: Scene) -> bytes:
        broken = cbor2.dumps(cbor2.CBORTag(24, Cbor(_ITEM, _OTHER).mutated(random)))
        digests = {NAMESPACE: {0: sha256(broken)}}
        return scene.response(shown={NAMESPACE: [broken]}, mso=lambda mso: mso.update(valueDigests=digests))

    def edit(held: dict[str, Any]) -> None:
        made = edited(dict(held), random)
        if isinstance(made, dict):
            held.clear()
            held.update(made)

    def payload(scene: Scene) -> str:
        return scene.sd_jwt(payload=edit)

    def header(scene: Scene) -> str:
        return scene.sd_jwt(header=edit)

    def disclosure(scene: Scene) -> str:
        name, value = random.choice((("age_over_18", True), ("age_equal_or_over", {"18": True})))
        text = base64url(json_bytes(edited(["salt-salt-salt-salt", name, value], random)))
        return scene.sd_jwt(shown=[text], payload=lambda payload: payload.update(_sd=[disclosed_digest(text)]))

    def binding(scene: Scene) -> str:
        def bind(shown: str) -> str:
            claims = {
                "iat": int(scene.at.timestamp()),
                "aud": scene.client_id,
                "nonce": scene.nonce,
                "sd_hash": disclosed_digest(shown),
            }
            parts = (edited({"alg": "ES256", "typ": "kb+jwt"}, random), edited(claims, random))
            text = ".".join(base64url(json_bytes(part)) for part in parts)
            return f"{text}.{base64url(raw_signature(_KEY, text.encode()))}"

        return scene.sd_jwt(bound_to=_KEY, binding=bind)

    makers = (security_object, element, payload, header, disclosure, binding)
    while True:
        for make in makers:
            yield make.__name__, make(scene)
