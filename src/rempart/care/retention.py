"""How what care keeps is erased once its time is over (privacy/register.yaml says when, and why)."""

from rempart.care.services.evidence import erase_past

ERASERS = {"evidence": erase_past}
