"""Makes configurations of Xen guests: right ones mostly, with lists, additions and odd blanks, and damaged ones."""

from __future__ import annotations

import random

KEYS = (
    "name",
    "type",
    "builder",
    "memory",
    "disk",
    "vif",
    "pci",
    "p9",
    "usbctrl",
    "usbdev",
    "usbdevice",
    "vnclisten",
    "vncpasswd",
    "spice",
    "serial",
    "nestedhvm",
    "bootloader_restrict",
    "device_model_args",
    "x.y_0",
)
_WORDS = (
    "a",
    "pvh",
    "/dev/sda1,xvda,w",
    "phy:/dev/vg/a,hda,w",
    "01:00.0,permissive=1",
    "tag=a,path=/srv",
    "0.0.0.0",  # noqa: S104 - an address in a file
    "1",
    "0",
    "010",
    "0x10",
    "-1",
    "+7",
    " 5",
    "5 ",
    "1_0",
    "0x",
    "09",
    "yes",
    "ü",
    "#",
    ";",
    "]",
    "=",
    r"\n",
    r"\\",
    r"\"",
    r"\'",
    "",
)
_NUMBERS = ("0", "1", "00", "010", "0x10", "512", "09", "0x", "1a", "0xzz", "99999999999999999999", "1f")
_ODD = (
    "",
    "# name = 'x'",
    ";",
    " ; ;",
    "name",
    "name =",
    "= 1",
    "Name = 1",
    "import os",
    "name = True",
    "name = 'a",
    'name = "a\\',
    "memory = -1",
    "disk = ['a' 'b']",
    "disk = [,]",
    "disk = ['a',,'b']",
    "disk = [['a'],1]",
    "disk = [",
    "]",
    "memory = 1 2",
    "name == 'a'",
    "name += ",
    "_a = 1",
    "a-b = 1",
    "memory = 1\r",
    "name = 'a' # and more",
    "a.b = 1",
    "9a = 1",
    "name = 'a';memory = 2",
    "name\n= 1",
    "name = \\\n1",
    "\f",
    "\x0b",
    "name='a'memory=1",
    "memory = 1memory",
    "memory=1type='a'",
)

#: Made by hand, each for one thing that is easily got wrong.
CASES = (
    "name = 'a'\r",
    "name = 'a'\x00",
    "name = 'a'#",
    "name = 'a'# b",
    "name = 'a'[",
    "",
    "\n",
    "name = 'a'",
    "\ufeffname = 'a'\n",
    "name = 'a'\r\nmemory = 1\r\n",
    "disk = ['a',\n 'b', # the second\n\n]\n",
    "disk = [\n]\n",
    "disk = []\n",
    "disk = ['a'\n,'b']\n",
    "disk = ['a']\ndisk += ['b']\n",
    "disk = ['a']\ndisk += 'b'\n",
    "disk = 'a'\ndisk += ['b']\n",
    "name = 'a'\nname += 'b'\n",
    "memory = 1\nmemory += 2\n",
    "name += 'b'\n",
    "name = 'a'\nname = ['b']\n",
    "a = [[['x']], 'y', 1]\n",
    "name = 'a\\\nb'\n",
    'name = "it\'s"\n',
    "spice = 010\nnestedhvm = 00\nmemory = 0x1f\n",
    *(f"name = 'a'\n{odd}\n" for odd in _ODD),
)


def configuration(chance: random.Random) -> str:
    """Return one configuration."""
    lines = [_statement(chance) for _ in range(chance.randrange(1, 9))]
    if chance.random() < 0.15:
        lines.insert(chance.randrange(len(lines) + 1), chance.choice(_ODD))
    text = chance.choice(("\n", "\n", "\n", ";", "\n\n")).join(lines) + chance.choice(("\n", "\n", "", " "))
    return _damaged(chance, text) if chance.random() < 0.2 else text


def _statement(chance: random.Random) -> str:
    blank, mark = chance.choice(("", " ", "\t ")), chance.choice(("=", "=", "=", "+="))
    comment = chance.choice(("", "", "", " # x ] ' ["))
    return f"{blank}{chance.choice(KEYS)}{blank}{mark}{blank}{_value(chance, 0)}{comment}"


def _value(chance: random.Random, depth: int) -> str:
    kind = chance.random()
    if kind < 0.25:
        return chance.choice(_NUMBERS)
    if kind < 0.65 or depth > 2:
        quote = chance.choice("'\"")
        text = "".join(chance.choice(_WORDS) for _ in range(chance.randrange(1, 3)))
        return f"{quote}{text}{quote}"
    between = chance.choice((",", ", ", ",\n  ", "\n,"))
    inside = between.join(_value(chance, depth + 1) for _ in range(chance.randrange(4)))
    return f"[{inside}{chance.choice(('', '', ',', chr(10)))}]"


def _damaged(chance: random.Random, text: str) -> str:
    """Return a text in which a character is missing, doubled or another one."""
    at = chance.randrange(max(len(text), 1))
    instead = chance.choice(("", text[at : at + 1] * 2, chance.choice("'\"[],=+;\\#\nA-_ü1a")))
    return text[:at] + instead + text[at + 1 :]
