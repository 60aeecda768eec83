"""Exit statuses of the commands (sysexits.h)."""

OK = 0
USAGE = 64
DATA_ERROR = 65
NO_INPUT = 66
UNAVAILABLE = 69
IO_ERROR = 74
