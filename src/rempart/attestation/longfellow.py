"""The child process that proves or verifies one Longfellow statement, and ends.

The library is native code that reads a stranger's bytes: it runs apart from everything else, with limits on memory and
time, and says one thing back. Run by its path (see zero_knowledge); nothing of Rempart is imported.
"""

import json
import resource
import sys
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any

MEMORY, SECONDS = 2 << 30, 30
"""Address space in bytes, processor time; a proof takes 250 MB and two seconds."""
REFUSED, MISSING = 1, 3
"""Exit codes: the statement does not hold; the library is not installed."""


def main() -> int:
    """Read a statement (JSON) from standard input; a proof goes to standard output in base64."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        from pylongfellow import LongfellowError, Pylongfellow, mdoc
    except ImportError:
        return MISSING
    asked: dict[str, Any] = json.load(sys.stdin)
    with open(asked["circuit"], "rb") as file:
        circuit = file.read()
    library = Pylongfellow(backend="google-cpp")
    library.load_circuit(circuit, asked["version"], 1)
    key = mdoc.PublicKey(int(asked["x"], 16), int(asked["y"], 16))
    claim = mdoc.RequestedAttribute(asked["namespace"], asked["element"], b64decode(asked["value"]))
    transcript, moment = b64decode(asked["transcript"]), datetime.fromisoformat(asked["moment"])
    try:
        if "document" in asked:
            proof = library.prove(b64decode(asked["document"]), key, transcript, [claim], moment)
            print(b64encode(proof).decode())
        else:
            library.verify(key, transcript, [claim], moment, b64decode(asked["proof"]), asked["doctype"])
    except (LongfellowError, ValueError):
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
