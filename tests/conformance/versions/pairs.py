"""Random pairs of versions that differ little, and the answers of the real programs."""

from __future__ import annotations

import random
import subprocess
from typing import TYPE_CHECKING

from gate.freshness.versions import MalformedError, compare

if TYPE_CHECKING:
    from gate.freshness.versions import Scheme

#: Pieces that versions are made of.
PIECES: dict[Scheme, list[str]] = {
    "dpkg": ["0", "1", "9", "10", "01", ".", "+", "~", "-", "a", "Z", "rc", "~rc", "-0", "+b1", "deb12u"],
    "rpm": ["0", "1", "9", "10", "01", ".", "_", "+", "~", "^", "a", "Z", "rc", "~rc", "el9", "^git", "-1"],
}

#: Pairs that rpm is asked of at once: they stand on its command line.
_AT_ONCE = 500


def pairs(scheme: Scheme, count: int, seed: int = 1) -> list[tuple[str, str]]:
    """Return pairs that are the same for one seed, all of them allowed."""
    chance = random.Random(f"{scheme} {seed}")
    made: list[tuple[str, str]] = []
    while len(made) < count:
        words = [chance.choice(PIECES[scheme]) for _ in range(chance.randint(1, 6))]
        bent = list(words)
        bent[chance.randrange(len(bent))] = chance.choice(PIECES[scheme])
        one, other = (chance.choice(["", "", "0:", "1:"]) + "1" + "".join(each) for each in (words, bent))
        try:
            compare(scheme, one, other)
        except MalformedError:
            continue
        made.append((one, other))
    return made


def dpkg(asked: list[tuple[str, str]]) -> list[int]:
    """Ask dpkg, which warns of what it does not allow."""
    script = 'while read -r a b; do dpkg --compare-versions "$a" lt "$b" && echo -1 && continue; '
    script += 'dpkg --compare-versions "$a" eq "$b" && echo 0 || echo 1; done'
    lines = "".join(f"{one} {other}\n" for one, other in asked)
    told = subprocess.run(["sh", "-c", script], input=lines, capture_output=True, text=True, check=True)
    if told.stderr:
        raise ValueError(told.stderr)
    return [int(word) for word in told.stdout.split()]


def rpm(asked: list[tuple[str, str]]) -> list[int]:
    """Ask rpm."""
    answers: list[int] = []
    for start in range(0, len(asked), _AT_ONCE):
        words = [f'print(rpm.vercmp("{one}","{other}").." ")' for one, other in asked[start : start + _AT_ONCE]]
        told = subprocess.run(
            ["rpm", "--eval", f"%{{lua:{' '.join(words)}}}"], capture_output=True, text=True, check=True
        )
        answers += [int(word) for word in told.stdout.split()]
    return answers
