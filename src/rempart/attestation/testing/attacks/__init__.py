"""Forged, replayed and misleading presentations of mdocs and SD-JWTs: each a named function that builds the bytes."""

from rempart.attestation.testing.attacks import claims, devices, sd_jwt, signers, writing  # noqa: F401 - they note theirs
from rempart.attestation.testing.attacks.claims import EIGHT
from rempart.attestation.testing.attacks.noted import MDOC, SD_JWT, Attack, Replay

__all__ = ["EIGHT", "MDOC", "SD_JWT", "Attack", "Replay"]
