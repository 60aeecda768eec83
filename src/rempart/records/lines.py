"""JSON Lines in and out: a bad line is set aside with the field at fault, and never stops a run."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

import msgspec

_AT_PATH = re.compile(r" - at `([^`]*)`$")
_NAMED_FIELD = re.compile(r"(?:Object missing required field )?`(\w+)`")
# A value that is quoted in an error: a text in the wrong field must not be told again in a log.
_LONG_VALUE = re.compile(r"'.{40,}'", re.DOTALL)
LONGEST_LINE = 64 * 1024 * 1024
WHOLE_LINE = "line"  # the field named when no single field is at fault

T = TypeVar("T", bound=msgspec.Struct)


class BadLine(ValueError):
    """A line that is no record: `field` is the path of the field at fault, or `line` when it is the whole line."""

    def __init__(self, error: str, field: str = WHOLE_LINE) -> None:
        super().__init__(error)
        self.field = field


class Rejects:
    """Where bad lines go, as `{"line", "error", "field"}`, and how many went."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.count = 0

    def add(self, line: int, error: str, field: str) -> None:
        """Set one line aside. `line` counts from 1."""
        self.count += 1
        self._out.write(msgspec.json.encode({"line": line, "error": error, "field": field}) + b"\n")
        self._out.flush()


class Reader(Generic[T]):
    """Records of one type from lines of JSON, one pass, counting good and bad.

    `parse` turns a decoded line into records (native exports have shapes of their own); by default the line is the
    record.
    """

    def __init__(
        self, kind: type[T], rejects: Rejects, *, parse: Callable[[dict[str, Any]], Iterable[T]] | None = None
    ) -> None:
        self.kind = kind
        self.rejects = rejects
        self.good = 0
        self._parse = parse or (lambda raw: [to_record(raw, kind)])

    def read(self, lines: Iterable[bytes]) -> Iterator[T]:
        """The good records of `lines`; the others go to the rejects."""
        for number, given in enumerate(lines, start=1):
            line = given.strip() if number > 1 else given.removeprefix(b"\xef\xbb\xbf").strip()
            if not line:
                continue
            try:
                records = list(self._parse(decode_object(line)))
            except BadLine as bad:
                self.rejects.add(number, str(bad), bad.field)
                continue
            self.good += 1
            yield from records

    @property
    def nothing_good(self) -> bool:
        """Whether there were lines and none was good, which ends a command with EX_DATAERR."""
        return self.good == 0 and self.rejects.count > 0


def decode_object(line: bytes) -> dict[str, Any]:
    """The JSON object on a line. Raises BadLine when there is none."""
    if len(line) >= LONGEST_LINE:
        raise BadLine(f"line is longer than {LONGEST_LINE >> 20} MiB")
    try:
        raw = msgspec.json.decode(line)
    except UnicodeDecodeError as error:
        raise BadLine("not valid UTF-8", _field_with_bad_text(line)) from error
    except (msgspec.DecodeError, RecursionError) as error:
        try:
            line.decode()
        except UnicodeDecodeError:
            raise BadLine("not valid UTF-8", _field_with_bad_text(line)) from error
        raise BadLine(f"not a JSON object: {error}") from error
    if not isinstance(raw, dict):
        raise BadLine("not a JSON object")
    return raw


def to_record(raw: dict[str, Any], kind: type[T]) -> T:
    """`raw` as a record of type `kind`, its unknown fields under `extra`. Raises BadLine naming the field at fault."""
    known = _known_fields(kind)
    given = raw.get("extra", {})
    unknown = raw.keys() - known
    if unknown or not isinstance(given, dict):
        # A foreign field may itself be called `extra`: what is no object there is carried along under its name.
        extra = given if isinstance(given, dict) else {"extra": given}
        raw = {**raw, "extra": {**extra, **{key: raw[key] for key in raw if key in unknown}}}
    try:
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            if "got `float`" not in str(error):
                raise
            return msgspec.convert(_whole(raw), kind)
    except msgspec.ValidationError as error:
        message, field = explain(error)
        raise BadLine(message, field) from error
    except RecursionError as error:
        raise BadLine("nested too deep") from error


def _whole(value: Any) -> Any:
    """`value` with 10.0 as 10: JSON knows one kind of number, and columns of counts with gaps are written as floats."""
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def explain(error: msgspec.ValidationError) -> tuple[str, str]:
    """What is wrong and the dotted path of the field at fault (`evidence.0.kind`), from msgspec's error."""
    message = str(error)
    path = ""
    if found := _AT_PATH.search(message):
        message, path = message[: found.start()], found[1]
    parts = [part for part in re.split(r"[.\[\]]+", path.removeprefix("$").replace("[...]", "")) if part]
    if named := _NAMED_FIELD.match(message):
        parts.append(named[1])
    message = _LONG_VALUE.sub("'…'", message)
    return message, ".".join(parts) or WHOLE_LINE


_KNOWN: dict[type, frozenset[str]] = {}


def _known_fields(kind: type[msgspec.Struct]) -> frozenset[str]:
    if kind not in _KNOWN:
        _KNOWN[kind] = frozenset(kind.__struct_encode_fields__)
    return _KNOWN[kind]


def _field_with_bad_text(line: bytes) -> str:
    """The first field whose text holds bytes that are not UTF-8, where the line is otherwise JSON."""
    try:
        raw = msgspec.json.decode(line.decode(errors="replace"))
    except (msgspec.DecodeError, RecursionError):
        return WHOLE_LINE
    if isinstance(raw, dict):
        for field, value in raw.items():
            if "\ufffd" in field or "\ufffd" in str(value):
                return field if "\ufffd" not in field else WHOLE_LINE
    return WHOLE_LINE


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream.

    One longer than LONGEST_LINE is cut there and its rest dropped, so that memory stays bounded.
    """
    while line := stream.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(1 << 20)) and not rest.endswith(b"\n"):
                pass
        yield line


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """The bytes of a file, or of standard input for `-`. Raises FileNotFoundError."""
    if path == "-":
        yield sys.stdin.buffer
        return
    with Path(path).open("rb") as stream:
        yield stream


class Writer:
    """Records out as JSON Lines, buffered."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._encoder = msgspec.json.Encoder()
        self._buffer = bytearray()

    def write(self, record: msgspec.Struct) -> None:
        """Write one record and a line end."""
        self._encoder.encode_into(record, self._buffer, -1)
        self._buffer += b"\n"
        if len(self._buffer) > 1 << 16:
            self.flush()

    def flush(self) -> None:
        """Hand over what is held back."""
        self._out.write(self._buffer)
        self._out.flush()
        self._buffer.clear()
