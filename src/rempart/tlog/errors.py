"""What can be wrong with a log: one family of errors, each message naming what was read and what was expected."""


class TlogError(Exception):
    """Something of a transparency log does not hold."""


class Malformed(TlogError, ValueError):
    """A text, a file or a number that is not in the form its specification gives."""


class ProofError(TlogError):
    """A well-formed proof that does not prove what it was shown for."""


class SignatureError(TlogError):
    """A note that no known key signed, or that bears a known key's name over a signature that is not its own."""


class AuditError(TlogError):
    """A published log of which some file is missing or disagrees with its checkpoint."""
