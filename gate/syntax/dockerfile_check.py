"""What BuildKit demands of single instructions before it builds: flags, numbers of words, names, durations."""

from __future__ import annotations

from gate.model.errors import InputError
from gate.syntax.dockerfile import AS_DOCUMENTED
from gate.syntax.dockerfile_words import BadWords

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.syntax.dockerfile import Dockerfile, Instruction

#: The flags of each instruction: `b` takes true or false, `s` one value, `m` many. An instruction that is not named
#: takes none, and those in `_FLAGS_IGNORED` are never asked.
_FLAGS: dict[str, dict[str, str]] = {
    "ADD": {
        "chown": "s",
        "chmod": "s",
        "link": "b",
        "keep-git-dir": "b",
        "checksum": "s",
        "unpack": "b",
        "exclude": "m",
    },
    "COPY": {"chown": "s", "from": "s", "chmod": "s", "link": "b", "exclude": "m", "parents": "b"},
    "FROM": {"platform": "s"},
    "RUN": {"mount": "m", "network": "s", "security": "s", "device": "m"},
    "HEALTHCHECK": dict.fromkeys(("interval", "timeout", "start-period", "start-interval", "retries"), "s"),
}
_FLAGS_IGNORED = frozenset({"ARG", "STOPSIGNAL"})

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DURATION_PART = r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)"
_MILLISECONDS = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "μs": 1e-3, "ms": 1, "s": 1e3, "m": 6e4, "h": 3.6e6}


def check(file: Dockerfile) -> None:
    """Raise InputError for the first instruction that BuildKit refuses, and for a file without a stage."""
    staged = False
    for instruction in file.instructions:
        problem = problem_of(instruction)
        if not problem and instruction.keyword == "FROM":
            staged = True
        elif not problem and not staged and instruction.keyword != "ARG":
            problem = "stands before the first FROM, where only ARG may"
        if problem:
            raise InputError(problem, at=instruction.at, remedy=AS_DOCUMENTED)
    if not staged:
        raise InputError("holds no FROM", at=file.instructions[0].at, remedy="begin a stage with FROM")


def flags(instruction: Instruction) -> dict[str, list[str]]:
    """Return the values of an instruction's flags by name."""
    found: dict[str, list[str]] = {}
    for flag in instruction.flags:
        name, _, value = flag.partition("=")
        found.setdefault(name[2:], []).append(value)
    return found


def problem_of(instruction: Instruction) -> str:
    """Return why BuildKit refuses an instruction, empty when it does not."""
    asked = _CHECKS.get(instruction.keyword)
    if asked is None:
        return f"is an unknown instruction: {instruction.spelled[:60]}"
    kind = instruction.words[0].upper() if instruction.keyword == "HEALTHCHECK" and instruction.words else ""
    problem = asked(instruction)
    if problem or instruction.keyword in _FLAGS_IGNORED or kind == "NONE" or not instruction.flags:
        return problem
    return _flag_problem(instruction) or (_run_flags(instruction) if instruction.keyword == "RUN" else "")


def _flag_problem(instruction: Instruction) -> str:
    known = _FLAGS.get(instruction.keyword, {})
    seen: set[str] = set()
    for flag in instruction.flags:
        name, equals, value = flag.partition("=")
        kind = known.get(name[2:], "")
        if not kind:
            return f"has the unknown flag {name[:60]}"
        if name in seen and kind != "m":
            return f"has the flag {name} twice"
        if (kind == "b" and equals and not value) or (kind != "b" and not equals):
            return f"lacks the value of the flag {name}"
        if kind == "b" and value.lower() not in ("", "true", "false"):
            return f"has the flag {name} with neither true nor false"
        seen.add(name)
    return ""


def _run_flags(instruction: Instruction) -> str:
    values = flags(instruction)
    if values.get("network", ["default"])[0] not in ("default", "none", "host"):
        return "has an unknown network mode"
    if values.get("security", ["sandbox"])[0] not in ("insecure", "sandbox"):
        return "has an unknown security mode"
    try:
        for mount in values.get("mount", []):
            for field in fields_of(mount):
                name, _, value = field.partition("=")
                if name.lower() == "from" and "$" in value and value.find("$") != len(value.encode()) - 1:
                    return "mounts from a variable, which BuildKit does not expand there"
        for device in values.get("device", []):
            fields_of(device)
    except BadWords as error:
        return str(error)
    return ""


def fields_of(text: str) -> list[str]:
    """Split one line of comma-separated fields, which may be quoted; raise BadWords for bad quotes."""
    if not text:
        raise BadWords("has an empty list of fields")
    if '"' not in text:
        return text.split(",")
    found: list[str] = []
    at = 0
    while True:
        if text[at : at + 1] != '"':
            field = text[at:].partition(",")[0]
            if '"' in field:
                raise BadWords("has a quote inside a field")
            at += len(field)
        else:
            field, at = _quoted_field(text, at + 1)
        found.append(field)
        if at >= len(text):
            return found
        at += 1


def _quoted_field(text: str, at: int) -> tuple[str, int]:
    """Take a quoted field; a doubled quote is one. Return where the comma or the end is."""
    pieces: list[str] = []
    while True:
        end = text.find('"', at)
        if end < 0:
            raise BadWords("has a field with an open quote")
        pieces.append(text[at:end])
        at = end + 1
        if text[at : at + 1] != '"':
            break
        pieces.append('"')
        at += 1
    if text[at : at + 1] not in ("", ","):
        raise BadWords("has characters behind a quoted field")
    return "".join(pieces), at


def _from(instruction: Instruction) -> str:
    words = instruction.words
    if len(words) == 3 and words[1].lower() == "as":
        name = words[2].lower()
        valid = name[0] in _LETTERS and not name.strip(f"{_LETTERS}0123456789_.-")
        return "" if valid else f"names a stage {words[2][:60]}, and a name is letters, digits, `-`, `_` and `.`"
    return "" if len(words) == 1 else "needs one image, or an image, AS and a name"


def _one(instruction: Instruction) -> str:
    return "" if len(instruction.words) == 1 else "needs exactly one operand"


def _some(instruction: Instruction) -> str:
    return "" if instruction.words else "needs an operand"


def _any(_instruction: Instruction) -> str:
    return ""


def _pairs(instruction: Instruction) -> str:
    if not instruction.words:
        return "needs a name and a value"
    return "" if all(instruction.words[::3]) else "has a value without a name"


def _arguments(instruction: Instruction) -> str:
    if any(word.startswith("=") for word in instruction.words):
        return "has a value without a name"
    return _some(instruction)


def _copy(instruction: Instruction) -> str:
    if len(instruction.words) < 2:
        return "needs a source and a destination"
    return "has a heredoc for a destination" if is_heredoc(instruction.words[-1]) else ""


def is_heredoc(word: str) -> bool:
    """Say whether a word announces a heredoc."""
    if "<<" not in word:
        return False
    from gate.syntax.dockerfile_heredoc import heredoc_of

    try:
        return heredoc_of(word) is not None
    except BadWords:
        return False


def _trigger(instruction: Instruction) -> str:
    trigger = instruction.trigger
    if trigger is None:
        return "needs an instruction"
    if trigger.keyword in ("ONBUILD", "MAINTAINER", "FROM"):
        return f"cannot trigger {trigger.keyword}"
    return ""


def _volume(instruction: Instruction) -> str:
    if any(not word.strip() for word in instruction.words):
        return "has an empty path"
    return _some(instruction)


def _shell(instruction: Instruction) -> str:
    if not instruction.words:
        return "needs an operand"
    return "" if instruction.is_json else "needs its operands as a JSON array"


def _healthcheck(instruction: Instruction) -> str:
    if not instruction.words:
        return "needs NONE or CMD"
    kind = instruction.words[0].upper()
    if kind == "NONE":
        return "has operands behind NONE" if len(instruction.words) > 1 else ""
    problem = _flag_problem(instruction)
    if problem:
        return problem
    if kind != "CMD":
        return "needs NONE or CMD"
    if len(instruction.words) < 2:
        return "needs a command behind CMD"
    return _healthcheck_flags(instruction)


def _healthcheck_flags(instruction: Instruction) -> str:
    for name, values in flags(instruction).items():
        if name == "retries":
            digits = values[0].lstrip("+") if values[0][:2] != "++" else values[0]
            if values[0] and not (digits.isascii() and digits.isdecimal() and int(digits[:20]) < 2**31):
                return "has retries that are no whole number"
        elif values[0] and not _is_interval(values[0]):
            return f"has a {name} that is no duration of a millisecond or more"
    return ""


def _is_interval(text: str) -> bool:
    if text in ("0", "+0", "-0"):
        return True
    import re

    if not re.fullmatch(f"[+-]?(?:{_DURATION_PART})+", text):
        return False
    total = sum(float(amount) * _MILLISECONDS[unit] for amount, unit in re.findall(_DURATION_PART, text))
    return total == 0 or (text[0] != "-" and 1 <= total < 2**63 / 1e6)


_CHECKS: dict[str, Callable[[Instruction], str]] = {
    "ADD": _copy,
    "ARG": _arguments,
    "CMD": _any,
    "COPY": _copy,
    "ENTRYPOINT": _any,
    "ENV": _pairs,
    "EXPOSE": _some,
    "FROM": _from,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _pairs,
    "MAINTAINER": _one,
    "ONBUILD": _trigger,
    "RUN": _any,
    "SHELL": _shell,
    "STOPSIGNAL": _one,
    "USER": _one,
    "VOLUME": _volume,
    "WORKDIR": _one,
}
