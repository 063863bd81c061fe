"""Random Dockerfiles, words and references, repeatable by seed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECES = (
    *("FROM", "RUN", "COPY", "ADD", "USER", "ENV", "LABEL", "ARG", "ONBUILD", "CMD", "VOLUME", "SHELL"),
    *("from", "uSeR"),
    *("WORKDIR", "HEALTHCHECK", "ENTRYPOINT", "EXPOSE", "MAINTAINER", "STOPSIGNAL", "NONE", "CMD", "AS", "as"),
    *(" ", " ", " ", " ", "  ", "\t", "\n", "\n", "\n", "\n", "\n", "\r\n", "\r", "\v", "\f", "\x85", "\xa0"),
    *("\u3000",),
    *("\\\n", "\\\n", "\\ \n", "\\\t\n", "`\n", "\\\\\n", "\\\r\n", "\\", "`", "\\\n\n", "\\\n# c\n"),
    *("\\\n  # c \\\n",),
    *("# c\n", "# escape=`\n", "#escape=\\\n", "# syntax=a/b\n", "# check=skip=all\n", "# Escape = `\n"),
    *("  # escape=`\n",),
    *("<<E", "<<-E", "<<'E'", '<<"E"', "<< E", "0<<E", "3<<-E", "<<<E", "<<", "\nE\n", "\n\tE\n", "E"),
    *("<<E <<F", "\nF\n"),
    *("scratch", "alpine", "b", "root", "a=b", "a", "=", "a='b c'", '"', "'", "$a", "${a}", "${a:-b}", "${a:"),
    *("$", "}"),
    *('["a", "b"]', '["a\\n"]', "[1]", "[", "]", "[]", '["a",]', "[ -f x ]", '["a", 1]', '["\\u00e9"]'),
    *("[1e999]", "[NaN]"),
    *("--from=b", "--from=0", "--mount=type=bind,from=b", "--chown='a b'", "--", "--x", "--network=host"),
    *("--interval=1s",),
    *("\ufeff", "\u200b", "\xe9", "\x00", "\u2028", "--platform=$TARGETPLATFORM", "--security=insecure"),
    *("--link", "/x"),
)
_KEYWORDS = (
    *("RUN ", "RUN ", "RUN cat ", "COPY x ", "COPY <<E ", "ADD ", "USER ", "ENV a=b ", "LABEL ", "ARG "),
    *("ONBUILD RUN ",),
    *("CMD ", "VOLUME ", "ONBUILD COPY x ", "ENTRYPOINT ", "HEALTHCHECK CMD ", "EXPOSE 1 ", "WORKDIR /"),
    *("RUN --", "ENV "),
)
_BYTES = (b"\xff", b"\xa0", b"\x85", b"\xc3", b"\xed\xa0\x80")

_LINES = (
    *("FROM scratch", "FROM alpine AS b", "FROM b", "FROM scratch AS c", "FROM ${a:-alpine}", "FROM b AS d"),
    *("ARG a", "ARG a=x"),
    *("USER $a", "USER ${a:-root}", "USER nobody", "USER ${a}${e}", "ENV a=1 e=$a", "ENV a b c", "ENV e='$a'"),
    *('ENV e="$a"',),
    *("LABEL l=$a", "LABEL l='$a' m=\"${e}\"", "WORKDIR x", "WORKDIR /y/../z", "WORKDIR $e", "VOLUME /v $a"),
    *('VOLUME ["$e"]',),
    *("ENTRYPOINT x y", 'ENTRYPOINT ["x"]', 'SHELL ["/bin/bash", "-c"]', "ONBUILD USER trigger", "ONBUILD ENV a=on"),
    *("ONBUILD RUN <<E\nx\nE", "COPY --from=b x y", "COPY --from=0 x y", "COPY --from=busybox x y"),
    *("RUN <<E\nUSER q\nE",),
    *("ARG e=$a", "ARG PATH", "ENV PATH=/x:$PATH", "ARG TARGETARCH", "ENV a=$TARGETARCH", "USER \\\n root"),
    *("RUN x \\\n\n y",),
    *("ENV a=${a:+b}", "ENV a=${e#x}", "ENV e=${a%%y*}", "ENV e=${a//x/y}", "ENV x=$x", "ARG a=${e:-z} e"),
    *("ADD http://h/x /",),
)

_HEADS = ("FROM scratch\n", "FROM scratch AS b\n", "ARG a=g\nFROM alpine\n", "# escape=`\nFROM scratch\n")

_WORD_PIECES = (
    *("$", "${", "}", "a", "b", "ab", "1", "_", ":-", "-", ":+", "+", ":?", "?", "#", "##", "%", "%%", "/"),
    *("//", ":"),
    *("'", '"', "\\", "`", "*", "?", " ", "$a", "${a", "${b", "${c", "${u", "${a}", "$b", "$c", "$u", "."),
    *("x", "xy", "\xe9"),
    *("<", "<<", "[", "]", "(", ")", "^", "|", "\\*", "\\}", "\\/", "\\$", '\\"', "$$", "$1", "${1}", "$@"),
    *("\ufeff", "\t"),
)
_VALUES = {"a": "xyxxyz", "b": "", "c": "a.b/c.d", "d": "$1*?\\"}

_NAME_PIECES = (
    *("alpine", "a", "A", "docker.io", "index.docker.io", "localhost", "library", "x_y", "x__y", "x--y"),
    *("x.y", "0", "[::1]"),
    *("/", "/", ":", ":", "@", ":5000", ".", "-", "_", "latest", "V1.0", "sha256:", "sha512:", "f", "F", "f"),
)


def files(seed: int, count: int) -> Iterator[bytes]:
    """Yield files of random pieces, most of them in lines that begin with a keyword."""
    chance = random.Random(seed)
    for _ in range(count):
        pieces = [b"FROM scratch\n"] if chance.random() < 0.8 else []
        for _ in range(chance.randint(1, 6)):
            if chance.random() < 0.7:
                pieces.append(chance.choice(_KEYWORDS).encode())
            pieces += [chance.choice(_PIECES).encode() for _ in range(chance.randint(0, 4))]
            if chance.random() < 0.05:
                pieces.append(chance.choice(_BYTES))
            if chance.random() < 0.7:
                pieces.append(b"\n")
        yield b"".join(pieces)


def builds(seed: int, count: int) -> Iterator[bytes]:
    """Yield files of random instructions."""
    chance = random.Random(seed)
    for _ in range(count):
        lines = [chance.choice(_LINES) for _ in range(chance.randint(1, 12))]
        yield (chance.choice(_HEADS) + "\n".join(lines) + "\n").encode()


def words(seed: int, count: int) -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield random words with variables and an escape character."""
    chance = random.Random(seed)
    for _ in range(count):
        word = "".join(chance.choice(_WORD_PIECES) for _ in range(chance.randint(1, 10)))
        yield word, _VALUES, chance.choice(("\\", "\\", "`"))


def references(seed: int, count: int) -> Iterator[str]:
    """Yield random references."""
    chance = random.Random(seed)
    for _ in range(count):
        yield "".join(chance.choice(_NAME_PIECES) for _ in range(chance.randint(1, 8)))
