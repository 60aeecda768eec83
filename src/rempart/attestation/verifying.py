"""One question for every format: is this presentation genuine, for this request, and which ages does it attest?"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from rempart.attestation import cbor, dc_api, openid4vp, transcripts, zero_knowledge
from rempart.attestation.mdoc import verify_mdoc
from rempart.attestation.outcome import Reason, Refused, Verdict, judged
from rempart.attestation.sd_jwt import verify_sd_jwt
from rempart.attestation.trust import Trust


def verify(
    presentation: bytes | str | Mapping[str, Any],
    *,
    trust: Trust,
    nonce: str,
    client_id: str,
    response_uri: str | None = None,
    origin: str | None = None,
    encryption_info: str | None = None,
    transcript: bytes | None = None,
    at: datetime,
    over: int | None = None,
    spent: Callable[[bytes], bool] | None = None,
) -> Verdict:
    """What a wallet's answer attests. Never raises for what the answer holds: the verdict has the reason.

    presentation: a DeviceResponse (CBOR, base64url or hexadecimal), an SD-JWT with its key binding, or an OpenID4VP
    answer that holds one (`vp_token`, as JSON or as a posted form). nonce, client_id, response_uri, origin: of the
    request; response_uri follows from a `redirect_uri:` client_id, and origin means the Digital Credentials API: with
    encryption_info of an `org-iso-mdoc` request, whose nonce has to be that one, without for OpenID4VP.
    transcript: the session's, where it is known already
    (`dc_api.open_response`), in the place of all these. at: aware. over: the threshold that decides, any when None.
    spent: whether an attestation with this digest was used before.
    """
    try:
        found = openid4vp.read_presentation(presentation)
        if origin is None and client_id.startswith("origin:"):  # how OpenID4VP names who asks through a browser
            origin = client_id.removeprefix("origin:")
        audience = client_id if origin is None else f"origin:{origin}"
        if isinstance(found, str):
            if transcript is not None or encryption_info is not None:  # nothing there would tie it to the request
                raise Refused(Reason.UNKNOWN_FORMAT, "an mdoc was asked for")
            genuine = verify_sd_jwt(found, trust=trust, nonce=nonce, client_id=audience, at=at)
        else:
            asked = (
                [transcript]
                if transcript is not None
                else _transcripts(
                    client_id=client_id,
                    nonce=nonce,
                    response_uri=response_uri,
                    origin=origin,
                    encryption_info=encryption_info,
                )
            )
            response = cbor.decode(found, largest=zero_knowledge.LARGEST)
            verify_response = zero_knowledge.verify_proof if zero_knowledge.is_proof(response) else verify_mdoc
            if verify_response is verify_mdoc and len(found) > cbor.LARGEST:
                raise Refused(Reason.TOO_LARGE, "a DeviceResponse without a proof")
            genuine = verify_response(response, trust=trust, transcripts=asked, at=at)
        if spent is not None and spent(genuine.spent):
            raise Refused(Reason.ALREADY_USED, "shown before")
        return judged(genuine, over=over)
    except Refused as refused:
        return Verdict(accepted=False, reason=refused.reason)
    except UnicodeEncodeError:  # in the words of the request: no wallet was ever asked so
        return Verdict(accepted=False, reason=Reason.WRONG_AUDIENCE)


def _transcripts(
    *,
    client_id: str,
    nonce: str,
    response_uri: str | None,
    origin: str | None,
    encryption_info: str | None,
) -> list[bytes]:
    """The transcripts that an answer to this request may be signed over: one, unless `response_uri` is not known."""
    if origin is not None and encryption_info is not None:
        dc_api.ensure_asked(encryption_info, nonce)
        return [transcripts.iso_dc_api(encryption_info=encryption_info, origin=origin)]
    if origin is not None:
        return [transcripts.openid4vp_dc_api(origin=origin, nonce=nonce)]
    uris = openid4vp.response_uris(client_id) if response_uri is None else [response_uri]
    found = [transcripts.openid4vp(client_id=client_id, nonce=nonce, response_uri=uri) for uri in uris]
    # A client named by its own address, and no word of where the answer went: a browser may have brought it.
    page = openid4vp.origin_of(client_id) if client_id.startswith("https://") and response_uri is None else None
    if page is not None:
        found.append(transcripts.openid4vp_dc_api(origin=page, nonce=nonce))
    return found
