"""Takes a shell script apart into commands and their words, each with its place and with how it is quoted.

The grammar is that of POSIX `sh` with what Bash adds to words (arrays, `$'…'`, `<<<`, `<(…)`). Nothing is expanded and
no branch is taken: what a word comes to is asked elsewhere. `gate.syntax.shell_commands` reads the same language for
whoever needs no places and no quotes.
"""

from __future__ import annotations

from gate.syntax.characters import LETTERS, next_stop, run_end
from gate.syntax.mapped_text import GAP
from gate.syntax.shell_words import Body, Command, Part, Word

#: Commands of one script, words of one command and parts of one word that are read.
MAX_COMMANDS = 20_000
MAX_WORDS = 2_000
MAX_PARTS = 500

#: Quotes inside substitutions inside quotes that are followed.
MAX_NESTING = 20

_BLANKS = " \t\r\v\f"
_ENDS_WORD = f"{_BLANKS}\n;&|()<>"
_SPECIAL = f"{_ENDS_WORD}'\"\\$`{GAP}"
_SPECIAL_IN_QUOTES = f'"\\$`{GAP}'
_ORDINARY = f"{LETTERS}!%*+,-./:=?@[]^{{}}~#"
_OPERATORS = (";;&", ";;", ";&", "&&", "||", "|&", ";", "&", "|", "(", ")")
_REDIRECTIONS = ("&>>", "&>", "<<<", "<<-", "<<", "<>", "<&", ">>", ">&", ">|", "<", ">")
_PARAMETERS = "@*#?$!-"
_EXPANSIONS = (":-", ":=", ":?", ":+", "-", "=", "?", "+")


def commands(text: str, start: int = 0, end: int | None = None) -> list[Command]:
    """Return the commands of a stretch of text in order."""
    lexer = _Lexer(text, start, len(text) if end is None else end)
    lexer.run()
    return lexer.found


class _Lexer:
    __slots__ = ("_at", "_command", "_end", "_plain_from", "_text", "_waiting", "found")

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._at = start
        self._end = end
        self._command: Command | None = None
        self._waiting: list[tuple[Command, str, bool, bool]] = []
        #: From here on no `((` is closed; less than nought while that is not known.
        self._plain_from = -1
        self.found: list[Command] = []

    def run(self) -> None:
        while self._at < self._end and len(self.found) < MAX_COMMANDS:
            self._step(self._text[self._at])
        self._finish("")

    def _step(self, character: str) -> None:
        text, at = self._text, self._at
        if character in _BLANKS:
            self._at = run_end(text, at, _BLANKS)
        elif character == "\\" and text.startswith(("\n", "\r\n"), at + 1):
            self._at = text.index("\n", at) + 1
        elif character == "#":
            end = text.find("\n", at)
            self._at = self._end if end < 0 else min(end, self._end)
        elif character == "\n":
            self._at += 1
            self._finish("\n")
            self._skip_bodies()
        elif character in "<>" or text.startswith("&>", at):
            self._redirection()
        elif character in ";&|()":
            self._operator()
        else:
            self._word()

    def _finish(self, operator: str) -> None:
        command, self._command = self._command, None
        if command is None and operator not in ("(", ")", ";;"):
            return
        command = command or Command(self._at)
        command.ended = operator
        command.end = command.words[-1].end if command.words else command.start
        self.found.append(command)

    def _operator(self) -> None:
        text, at = self._text, self._at
        if self._plain_from < 0 and text.startswith("((", at) and self._is_arithmetic():
            end = text.find("))", at, self._end)
            if end >= 0:
                self._open_at(at)
                self._at = end + 2
                return
            self._plain_from = at
        operator = next(one for one in _OPERATORS if text.startswith(one, at))
        self._at += len(operator)
        self._finish(operator)

    def _is_arithmetic(self) -> bool:
        return self._command is None or [word.plain for word in self._command.words] == ["for"]

    def _word(self) -> None:
        """Take a word; digits before a redirection belong to that."""
        word = self._read_word()
        if word.plain.isdecimal() and self._text[self._at : self._at + 1] in ("<", ">") and self._at < self._end:
            return
        command = self._open_at(word.start)
        if len(command.words) < MAX_WORDS:
            command.words.append(word)

    def _open_at(self, start: int) -> Command:
        if self._command is None:
            self._command = Command(start)
        return self._command

    def _read_word(self, *, in_array: bool = False) -> Word:
        text = self._text
        word = Word(self._at)
        while self._at < self._end:
            character = text[self._at]
            if character == "(" and not in_array and self._assigns(word):
                word.array = self._array()
                break
            if character in _ENDS_WORD and not text.startswith(("<(", ">("), self._at):
                break
            self._part(character, word)
        word.end = self._at
        return word

    def _part(self, character: str, word: Word) -> None:
        text, at = self._text, self._at
        if character == "\\" and text.startswith(("\n", "\r\n"), at + 1):
            self._at = text.index("\n", at) + 1
        elif character == "\\":
            self._at = min(at + 2, self._end)
            self._add(word, Part("text", at + 1, self._at, text[at + 1 : self._at], quoted=True))
        elif character == "'":
            self._single(word, at + 1)
        elif character == '"':
            self._double(word)
        elif character == "$" and text.startswith("'", at + 1):
            self._single(word, at + 2)
        elif character in ("$", "`", "<", ">"):
            self._add(word, self._expansion(quoted=False))
        elif character == GAP:
            self._at += 1
            self._add(word, Part("unknown", at, self._at, "", quoted=False))
        else:
            self._at = min(next_stop(text, at + 1, _SPECIAL, _ORDINARY), self._end)
            self._add(word, Part("text", at, self._at, text[at : self._at], quoted=False))

    def _add(self, word: Word, part: Part) -> None:
        if len(word.parts) < MAX_PARTS:
            word.parts.append(part)

    def _single(self, word: Word, start: int) -> None:
        end = self._text.find("'", start, self._end)
        end = self._end if end < 0 else end
        self._add(word, Part("text", start, end, self._text[start:end], quoted=True))
        self._at = min(end + 1, self._end)

    def _double(self, word: Word) -> None:
        text = self._text
        self._at += 1
        if text.startswith('"', self._at):
            self._add(word, Part("text", self._at, self._at, "", quoted=True))
        while self._at < self._end and text[self._at] != '"':
            at, character = self._at, text[self._at]
            if character in "$`":
                self._add(word, self._expansion(quoted=True))
            elif character == GAP:
                self._at += 1
                self._add(word, Part("unknown", at, self._at, "", quoted=True))
            elif character == "\\" and text[at + 1 : at + 2] in ('"', "\\", "$", "`", "\n"):
                self._at = min(at + 2, self._end)
                if text[at + 1] != "\n":
                    self._add(word, Part("text", at + 1, at + 2, text[at + 1], quoted=True))
            else:
                self._at = min(next_stop(text, at + 1, _SPECIAL_IN_QUOTES, f"{_ORDINARY} "), self._end)
                self._add(word, Part("text", at, self._at, text[at : self._at], quoted=True))
        self._at = min(self._at + 1, self._end)

    def _expansion(self, *, quoted: bool) -> Part:
        """Take `$name`, `${…}`, `$(…)`, backticks, or `<(…)`."""
        text, at = self._text, self._at
        if text[at] == "`":
            end = self._closing_backtick(at + 1)
            return self._code(at, at + 1, end, quoted=quoted)
        if text.startswith(("$((", "$["), at):
            self._at = min(closing(text, at + 1, self._end, text[at + 1]) + 1, self._end)
            return Part("unknown", at, self._at, "arithmetic", quoted=quoted)
        if text.startswith("(", at + 1):
            return self._code(at, at + 2, closing(text, at + 1, self._end, "("), quoted=quoted)
        if text.startswith("${", at):
            end = closing(text, at + 1, self._end, "{")
            self._at = min(end + 1, self._end)
            return _braced(text, at, min(end, self._end), self._at, quoted=quoted)
        follower = text[at + 1 : at + 2]
        is_special = follower.isdecimal() or (follower != "" and follower in _PARAMETERS)
        stop = at + 2 if is_special else run_end(text, at + 1, LETTERS)
        self._at = min(stop, self._end)
        if self._at == at + 1:
            return Part("text", at, at + 1, "$", quoted=quoted)
        return Part("name", at, self._at, text[at + 1 : self._at], quoted=quoted)

    def _code(self, at: int, inner: int, end: int, *, quoted: bool) -> Part:
        self._at = min(end + 1, self._end)
        part = Part("code", at, self._at, "", quoted=quoted)
        part.inner, part.stop = inner, min(end, self._end)
        return part

    def _closing_backtick(self, at: int) -> int:
        text = self._text
        while at < self._end and text[at] != "`":
            at += 2 if text[at] == "\\" else 1
        return min(at, self._end)

    def _assigns(self, word: Word) -> bool:
        name = word.parts[0].text if len(word.parts) == 1 and word.parts[0].kind == "text" else ""
        return name.endswith("=") and name[:-1].removesuffix("+").isidentifier()

    def _array(self) -> list[Word]:
        """Take the words of an array up to the bracket that closes it, comments and line ends left out."""
        text = self._text
        members: list[Word] = []
        self._at += 1
        while self._at < self._end and text[self._at] != ")":
            character = text[self._at]
            if character == "#":
                end = text.find("\n", self._at)
                self._at = self._end if end < 0 else min(end, self._end)
            elif character in _BLANKS or character in "\n;&|<>(":
                self._at += 1
            elif character == "\\" and text.startswith(("\n", "\r\n"), self._at + 1):
                self._at = text.index("\n", self._at) + 1
            elif len(members) < MAX_WORDS:
                members.append(self._read_word(in_array=True))
            else:
                self._at += 1
        self._at = min(self._at + 1, self._end)
        return members

    def _redirection(self) -> None:
        text = self._text
        if text.startswith(("<(", ">("), self._at):
            self._word()
            return
        operator = next(one for one in _REDIRECTIONS if text.startswith(one, self._at))
        self._at += len(operator)
        self._at = min(run_end(text, self._at, _BLANKS), self._end)
        start = self._at
        target = self._read_word()
        if operator in ("<<", "<<-") and target.parts:
            name = "".join(part.text if part.kind == "text" else text[part.start : part.end] for part in target.parts)
            expands = not any(part.quoted for part in target.parts)
            self._waiting.append((self._open_at(start), name, operator == "<<-", expands))
        elif operator == "<<<":
            self._open_at(start)

    def _skip_bodies(self) -> None:
        """Pass over the heredocs that the line just ended announced, and keep where they stand."""
        text, waiting = self._text, self._waiting
        self._waiting = []
        for command, name, chomps, expands in waiting:
            start = self._at
            stop = self._end
            while self._at < self._end:
                end = text.find("\n", self._at)
                end = self._end if end < 0 else min(end, self._end)
                line = text[self._at : end].rstrip("\r")
                if (line.lstrip("\t") if chomps else line) == name:
                    stop = self._at
                    self._at = min(end + 1, self._end)
                    break
                self._at = min(end + 1, self._end)
            command.bodies.append(Body(start, stop, expands=expands))


def _braced(text: str, at: int, end: int, stop: int, *, quoted: bool) -> Part:
    """Read the inside of `${…}`: a name, an index, an operator and its word."""
    inner = at + 2
    if text[inner : inner + 1] in ("!", "#") and end > inner + 1:
        return Part("unknown", at, stop, text[inner + 1 : end], quoted=quoted)
    after = run_end(text, inner, LETTERS)
    if after == inner and text[inner : inner + 1] in _PARAMETERS:
        after += 1
    if text[after : after + 3] in ("[@]", "[*]"):
        after += 3
    after = min(after, end)
    name = text[inner:after]
    operator = next((one for one in _EXPANSIONS if text.startswith(one, after)), "") if after < end else ""
    if not name or (after < end and not operator):
        return Part("unknown", at, stop, name, quoted=quoted)
    part = Part("name", at, stop, name, quoted=quoted)
    part.operator, part.inner, part.stop = operator, after + len(operator), end
    return part


_CLOSES = {"(": ")", "{": "}", "[": "]"}


def closing(text: str, at: int, end: int, opening: str, nesting: int = 0) -> int:
    """Return where the bracket at this place is closed, the end when it is not; quotes and escapes hide brackets."""
    depth = 0
    if nesting > MAX_NESTING:
        return end
    while at < end:
        found = text[at]
        if found == "\\":
            at += 1
        elif found == "'" and opening != "{":
            stop = text.find("'", at + 1, end)
            at = end if stop < 0 else stop
        elif found == '"':
            at = _closing_quote(text, at + 1, end, nesting)
        elif found == opening:
            depth += 1
        elif found == _CLOSES[opening]:
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return end


def _closing_quote(text: str, at: int, end: int, nesting: int) -> int:
    """Return where the double quote ends; a substitution inside it has quotes of its own."""
    while at < end and text[at] != '"':
        if text[at] == "\\":
            at += 1
        elif text.startswith("$(", at):
            at = closing(text, at + 1, end, "(", nesting + 1)
        at += 1
    return min(at, end)
