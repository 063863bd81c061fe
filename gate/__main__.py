"""`python -m gate`: what the hook and the Action start."""

from gate.cli.main import console

console()
