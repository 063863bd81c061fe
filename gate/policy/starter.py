"""The text that a policy of one's own starts from."""

from __future__ import annotations

import re

from gate.model.errors import UsageError
from gate.policy.pack import NAME
from gate.policy.shape import quoted
from gate.policy.shipped import DEFAULT, SHIPPED

TEXT = """\
# What is asked here beside `{base}`. A pack adds to those that it extends and takes nothing away; what is left out is
# theirs. `gate policy lint` says what has no effect, `gate policy show` what it comes to, and
# `gate policy test` whether that is meant. docs/policy.md explains every key.
version: 1
name: {name}
extends: {base}

# A stricter pack may be announced: until that day what it asks only warns.
# extends: [{base}, {{pack: strict, effective_on: 2027-01-01}}]

# A workload that nobody declared counts as this class.
# undeclared: internal

# Who needs which level, beside what `{base}` says.
# requirements:
# - id: OURS-1
#   when: {{exposure: {{at-least: internet}}, code_trust: {{at-least: third-party}}}}
#   level: L4
#   text: Somebody else's code that the internet reaches does not share the host's kernel.
#   source: our security policy, section 4

# The least scores, by class; higher classes are asked for no less.
# thresholds: {{restricted: {{image_age: {{minimum: 90}}}}}}

# Rules that block whatever the level is, at once or from a day on.
# require: [ISO004, {{rule: ISO042, effective_on: 2027-01-01}}]

# Days that an exception may last, and rules that none permits.
# longest_exception: {{restricted: 30}}
# never_excepted: [ISO048]
"""


def starter(name: str) -> str:
    """Return a pack of this name that extends the default one and says nothing else yet."""
    if not re.fullmatch(NAME, name) or name in SHIPPED:
        cause = f"{quoted(name)} ships with the gate" if name in SHIPPED else f"{quoted(name)} cannot be a pack's name"
        raise UsageError(cause, remedy="use lower-case letters, digits and hyphens, such as our-standard")
    return TEXT.format(name=name, base=DEFAULT)
