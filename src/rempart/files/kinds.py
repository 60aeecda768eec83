"""What kind of file a content is, read from its first bytes and never from its name or from what a browser says.

The signatures are those of the WHATWG MIME Sniffing Standard (section 6) and of the formats' own registrations; ISO
base media files (MP4, M4A, HEIC, AVIF) tell their brand in `ftyp` (ISO/IEC 14496-12). Whatever is valid text counts as
plain text, HTML and SVG included: what is stored is never interpreted.
"""

import codecs
import re

_STARTS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"ID3": "audio/mpeg",
    b"fLaC": "audio/flac",
    b"#!AMR": "audio/amr",
    b"\x1aE\xdf\xa3": "video/webm",
    b"PK\x03\x04": "application/zip",
    b"PK\x05\x06": "application/zip",  # an empty archive
}
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = {
    "image/heic": {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"},
    "image/avif": {b"avif", b"avis"},
    "audio/mp4": {b"M4A ", b"M4B ", b"M4P "},
    "video/quicktime": {b"qt  "},
    "video/3gpp": {b"3gp4", b"3gp5", b"3gp6", b"3g2a"},
}
# MPEG audio frames and ADTS both begin with eleven or twelve set bits; a layer of 0 is ADTS.
_AUDIO_FRAME = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]", re.DOTALL)
_ADTS = re.compile(rb"\xff[\xf0\xf1\xf8\xf9]", re.DOTALL)
_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

SHOWN_AS_IMAGE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})


def sniff(content: bytes) -> str | None:
    """The media type of a content, None when it is of no kind that is kept."""
    for start, kind in _STARTS.items():
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF":
        return _RIFF.get(content[8:12])
    if content[:4] == b"OggS":
        return "video/ogg" if b"theora" in content[:200] else "audio/ogg"
    if content[4:8] == b"ftyp":
        return next((kind for kind, brands in _BRANDS.items() if content[8:12] in brands), "video/mp4")
    return "text/plain" if _is_text(content) else _bare_audio(content)


def _bare_audio(content: bytes) -> str | None:
    if _ADTS.match(content):
        return "audio/aac"
    return "audio/mpeg" if _AUDIO_FRAME.match(content) else None


def _is_text(content: bytes) -> bool:
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8")
    except UnicodeDecodeError:
        return False
    return not _NOT_IN_TEXT.search(text)
