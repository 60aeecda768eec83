"""`python -m rempart.platforms.servers install [NAME…]`: install the real servers that the tests talk to."""

import sys

from rempart.platforms.servers import INSTALLABLE, NotInstallable, server_class


def main(arguments: list[str]) -> int:
    """Install the servers named, or all of them; the exit status."""
    command, names = (arguments or [""])[0], arguments[1:] or list(INSTALLABLE)
    if command != "install" or not set(names) <= set(INSTALLABLE):
        print(f"usage: python -m rempart.platforms.servers install [{'|'.join(INSTALLABLE)}]", file=sys.stderr)
        return 64
    status = 0
    for name in names:
        try:
            server_class(name).install()
        except NotInstallable as error:
            print(error, file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
