"""Attestations of age: what a wallet shows, verified strictly; what a relying party asks for; a test issuer and wallet.

Formats: mdoc (ISO/IEC 18013-5, the European age verification profile `eu.europa.ec.av.1`) and SD-JWT VC. Bad input
raises `Refused` with a reason code and nothing else.
"""
