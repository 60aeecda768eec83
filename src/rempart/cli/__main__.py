"""`python -m rempart.cli`: the command `rempart`."""

from rempart.cli import main

main()
