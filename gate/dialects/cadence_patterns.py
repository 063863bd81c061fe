"""The patterns by which Renovate picks files: globs, and the regular expressions that are safe to follow.

A repository's expression is hostile input: one that is built of more than plain characters, `.*`, `[^/]*`, optional
characters and the ends of the path is not tried, and nobody knows what it matches.
"""

from __future__ import annotations

import re

#: Characters of one pattern and repetitions in it that are followed.
MAX_TEXT = 200
MAX_REPEATS = 6

_TOKEN = re.compile(
    r"(?P<any>\.[*+]|\[\^/\][*+])"
    r"|(?P<start>\(\?:\^\|/\)|\(\^\|/\)|\^)"
    r"|(?P<set>\[[A-Za-z]{1,4}\])"
    r"|(?P<plain>\\[./$\-_+()\[\]{}]|[A-Za-z0-9/_-]|-)"
    r"|(?P<wild>\.)"
    r"|(?P<end>\$)"
)


def by_expression(text: str, path: str) -> bool | None:
    """Say whether an expression is found in a path; None for one that is not followed."""
    built, here, repeats = [], 0, 0
    while here < len(text):
        token = _TOKEN.match(text, here)
        if token is None or len(text) > MAX_TEXT:
            return None
        piece, here = token[0], token.end()
        repeats += token.lastgroup == "any"
        if token.lastgroup in ("plain", "set", "wild") and text[here : here + 1] == "?":
            piece, here = f"{piece}?", here + 1
        built.append(piece)
    if repeats > MAX_REPEATS:
        return None
    return re.search("".join(built), path[:1_000]) is not None


def by_glob(glob: str, path: str) -> bool | None:
    """Say whether a glob, as minimatch reads it, matches a path; None for one with braces, sets or a negation."""
    if len(glob) > MAX_TEXT or any(mark in glob for mark in "{}[]()!"):
        return None
    segments = path.split("/")
    reached = {0}
    for part in glob.removeprefix("./").split("/"):
        if part == "**":
            reached = set(range(min(reached, default=len(segments) + 1), len(segments) + 1))
        else:
            expression = re.escape(part).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
            if part.count("*") > MAX_REPEATS:
                return None
            fits = re.compile(f"{expression}\\Z").match
            reached = {here + 1 for here in reached if here < len(segments) and fits(segments[here])}
    return len(segments) in reached


def by_pattern(pattern: str, path: str) -> bool | None:
    """Say whether one of Renovate's patterns picks a path: an expression between slashes, or a glob."""
    if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
        return by_expression(pattern[1:-1], path)
    return by_glob(pattern, path)
