"""Makes PowerShell as scripts that make machines have it: pipelines, blocks, comments, strings of every kind."""

from __future__ import annotations

import random

CMDLETS = ("New-VM", "Set-VMProcessor", "Add-VMHardDiskDrive", "set-vmhost", "Enable-VMIntegrationService", "Get-VM")
PARAMETERS = ("Name", "VMName", "DiskNumber", "Path", "ExposeVirtualizationExtensions", "Generation")
VALUES = (
    "a",
    "2",
    "2GB",
    "$true",
    "$vm",
    "'it''s'",
    '"a b"',
    '"x $vm"',
    '"say ""hi"""',
    "'a # b'",
    '"`"quoted`""',
    "C:\\vm\\a.vhdx",
    "a-b",
    "$vm.Name",
    "a,b",
    "'; New-VM c'",
)
_COMMENTS = (
    "# New-VM -Name hidden",
    "<# New-VM -Name hidden\n#>",
    "$text = @'\nNew-VM -Name hidden\n'@",
    '$t = @"\nx "y\n"@',
)


def script(chance: random.Random) -> str:
    """Return a script."""
    return "".join(_statement(chance, 0) + chance.choice(("\n", "\n", ";", " # c\n", "\n\n")) for _ in range(4))


def _statement(chance: random.Random, depth: int) -> str:
    kind = chance.random()
    if kind < 0.12:
        return chance.choice(_COMMENTS) + "\n"
    if kind < 0.25 and depth < 2:
        inside = "; ".join(_statement(chance, depth + 1) for _ in range(chance.randrange(1, 3)))
        head = chance.choice(("if ($x)", "foreach ($i in $all)", "function f", "try"))
        tail = " catch { Get-VM }" if head == "try" else ""
        return f"{head} {{ {inside}\n}}{tail}"
    found = _command(chance)
    if chance.random() < 0.2:
        found += f" {chance.choice(('|', '|' + chr(10)))} {_command(chance)}"
    front = chance.random()
    if front < 0.15:
        return f"$vm = {found}"
    if front < 0.2:
        return f"$vm={found}"
    if front < 0.28:
        return f"({found}).Name"
    if front < 0.32:
        return f"[void]({found})"
    if front < 0.36:
        return f"$x = @({found})"
    return found


def _command(chance: random.Random) -> str:
    words = [chance.choice(CMDLETS)]
    if chance.random() < 0.3:
        words.append(chance.choice(VALUES))
    for name in chance.sample(PARAMETERS, chance.randrange(4)):
        shown = chance.choice((name, name, name.lower()))
        kind = chance.random()
        if kind < 0.15:
            words.append(f"-{shown}")
        elif kind < 0.3:
            words.append(f"-{shown}:{chance.choice(VALUES[:9])}")
        else:
            words.append(f"-{shown} {chance.choice(VALUES)}")
    if chance.random() < 0.1:
        words.append("@more")
    return chance.choice((" ", " ", "  ", " `\n  ")).join(words)
