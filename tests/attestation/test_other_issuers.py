"""What other people's software issues is accepted too: readings of the same specifications that are not ours."""

from datetime import UTC, datetime, timedelta

import cbor2
import isomdoc
import pytest
from pymdoccbor.mdoc.issuer import MdocCborIssuer

from rempart.attestation.certificates import Anchors
from rempart.attestation.testing import documents
from rempart.attestation.testing.encoding import cose_key, der
from rempart.attestation.testing.issuer import Issuer, new_key
from rempart.attestation.trust import Trust
from rempart.attestation.verifying import verify

URI = "https://platform.example/age/response"
ASKED = {"client_id": f"redirect_uri:{URI}", "nonce": "n-0S6_WzA2Mj"}


@pytest.fixture
def issuer():
    return Issuer.make(at=datetime.now(UTC))


def by_isomdoc(issuer, holder, _):
    made = isomdoc.create_mdoc(documents.DOCTYPE, [issuer.signer], issuer.signer_key)
    made.add_data_item(documents.NAMESPACE, "age_over_18", True)
    issued = made.generate_credential(holder, valid_until_datetime=datetime.now(UTC) + timedelta(days=60))
    return cbor2.loads(issued)


def by_pymdoccbor(issuer, holder, folder):
    (folder / "signer.der").write_bytes(der(issuer.signer))
    secret = issuer.signer_key.private_numbers().private_value.to_bytes(32)
    key = {"KTY": "EC2", "CURVE": "P_256", "ALG": "ES256", "D": secret, "KID": b"1"}
    today = datetime.now(UTC).date()
    made = MdocCborIssuer(private_key=key, alg="ES256").new(
        data={documents.NAMESPACE: {"age_over_18": True}},
        doctype=documents.DOCTYPE,
        validity={"issuance_date": str(today), "expiry_date": str(today + timedelta(days=60))},
        devicekeyinfo=cose_key(holder),
        cert_path=str(folder / "signer.der"),
    )
    return made["documents"][0]["issuerSigned"]


@pytest.mark.parametrize("issue", [by_isomdoc, by_pymdoccbor])
def test_an_mdoc_of_another_issuers_software_is_accepted(issuer, tmp_path, issue):
    key = new_key()
    transcript = documents.redirect_transcript(**ASKED, response_uri=URI)
    shown = cbor2.dumps(
        {
            "version": "1.0",
            "documents": [
                {
                    "docType": documents.DOCTYPE,
                    "issuerSigned": issue(issuer, key.public_key(), tmp_path),
                    "deviceSigned": documents.device_signed(key, transcript),
                }
            ],
            "status": 0,
        }
    )
    later = datetime.now(UTC) + timedelta(seconds=5)
    assert verify(shown, trust=Trust(anchors=Anchors([issuer.root])), **ASKED, at=later, over=18).accepted
