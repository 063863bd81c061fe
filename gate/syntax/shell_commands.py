"""Splits a shell script into its simple commands, without running anything.

Only words, operators and quotes are read. Substitutions stay in their word as written, and the commands inside them
are read too. What this does not understand it passes over: a script is data here, and no answer depends on all of it.
"""

from __future__ import annotations

from gate.syntax.characters import LETTERS, next_stop, run_end

#: Substitutions inside substitutions that are read; deeper ones stay words.
MAX_NESTING = 6

#: Characters of a variable's name; the rest of a longer one is a word of its own.
MAX_NAME = 200

#: Commands of one script that are read.
MAX_COMMANDS = 5_000

_BLANKS = " \t\r\v\f"

#: Characters that begin something else than a word, and in double quotes something else than text.
_SPECIAL = "\n'\"\\;&|()<>`$"
_SPECIAL_IN_QUOTES = '"\\$`'

#: What most words are made of. A `#` may be part of one, too, and may begin a comment.
_ORDINARY = f"{LETTERS}!%*+,-./:=?@[]^{{}}~"

#: What may follow a word of ordinary characters.
_AFTER_WORDS = "\r\n;|)"

_PARAMETERS = frozenset("@*#?$!-")
_REDIRECTIONS = ("&>>", "&>", "<<<", "<<-", "<<", "<>", "<&", ">>", ">&", ">|", "<", ">")
_OPERATORS = ("&&", "||", "|&", ";;")


class Command:
    """One simple command: its words without quotes, where it stands in the script, and what is connected to it.

    Commands of one `pipeline` are in order; `inner` are the commands of its substitutions.
    """

    __slots__ = ("end", "inner", "pipeline", "start", "words")

    def __init__(self, start: int, pipeline: int) -> None:
        """Begin at an offset of the script."""
        self.start = self.end = start
        self.pipeline = pipeline
        self.words: list[str] = []
        self.inner: list[Command] = []


def split(script: str, nesting: int = 0) -> list[Command]:
    """Return the simple commands of a script, those inside substitutions with the command that uses them."""
    splitter = _Splitter(script, nesting)
    splitter.run()
    return splitter.commands


class _Splitter:
    __slots__ = ("_at", "_bodies", "_command", "_nesting", "_pipeline", "_redirects", "_text", "_word", "commands")

    def __init__(self, text: str, nesting: int) -> None:
        self._text = text
        self._at = 0
        self._nesting = nesting
        self._word: list[str] | None = None
        self._command: Command | None = None
        self._redirects = ""
        self._bodies: list[tuple[str, bool]] = []
        self._pipeline = 0
        self.commands: list[Command] = []

    def run(self) -> None:
        """Read to the end, or to the limit."""
        text, end = self._text, len(self._text)
        while self._at < end and len(self.commands) < MAX_COMMANDS:
            if self._word is None and self._take_whole_words():
                continue
            character = text[self._at]
            if character in _BLANKS:
                self._end_word()
                self._at = run_end(text, self._at, _BLANKS)
            elif character in _SPECIAL:
                self._special(character)
            else:
                self._plain(character)
        self._end_command()

    def _take_whole_words(self) -> bool:
        """Take the words from here on that hold nothing but ordinary characters; say whether there are any."""
        text, start = self._text, self._at
        end = run_end(text, start, f"{_ORDINARY} \t")
        if end < len(text) and text[end] not in _AFTER_WORDS:
            end = max(text.rfind(" ", start, end), text.rfind("\t", start, end), start)
        taken = text[start:end]
        words = taken.split()
        if not words:
            return False
        end = start + len(taken.rstrip())
        start += len(taken) - len(taken.lstrip())
        if self._redirects:
            self._at = start + len(words[0])
            self._word = [words[0]]
            self._end_word()
            return True
        if self._command is None:
            self._command = Command(start, self._pipeline)
        self._command.words += words
        self._command.end = self._at = end
        return True

    def _plain(self, character: str) -> None:
        """Take a comment, or a part of a word."""
        text = self._text
        if self._word is None and character == "#":
            end = text.find("\n", self._at)
            self._at = len(text) if end < 0 else end
            return
        end = next_stop(text, self._at + 1, f"{_SPECIAL}{_BLANKS}", _ORDINARY)
        self._add(text[self._at : end])
        self._at = end

    def _add(self, text: str) -> None:
        if self._word is None:
            self._word = []
            if self._command is None:
                self._command = Command(self._at, self._pipeline)
        self._word.append(text)

    def _special(self, character: str) -> None:
        """Take a quote, an escape, a substitution, a redirection or an operator."""
        text = self._text
        if character == "\\":
            if text[self._at + 1 : self._at + 2] != "\n":
                self._add(text[self._at + 1 : self._at + 2])
            self._at += 2
        elif character == "'":
            end = text.find("'", self._at + 1)
            end = len(text) if end < 0 else end
            self._add(text[self._at + 1 : end])
            self._at = end + 1
        elif character == '"':
            self._quoted()
        elif character in "$`":
            self._substitution()
        elif character in "<>" or text.startswith("&>", self._at):
            self._redirection()
        else:
            self._operator()

    def _quoted(self) -> None:
        text = self._text
        self._add("")
        self._at += 1
        while self._at < len(text) and text[self._at] != '"':
            if text[self._at] not in _SPECIAL_IN_QUOTES:
                end = next_stop(text, self._at + 1, _SPECIAL_IN_QUOTES, f"{_ORDINARY} ")
                self._add(text[self._at : end])
                self._at = end
            elif text[self._at] == "\\":
                following = text[self._at + 1 : self._at + 2]
                self._add(following if following in '"\\$`' else "" if following == "\n" else "\\" + following)
                self._at += 2
            else:
                self._substitution()
        self._at += 1

    def _substitution(self) -> None:
        """Take `$name`, `${...}`, `$(...)` or backticks as they are written, and read the commands inside."""
        text, start = self._text, self._at
        if text[start] == "`":
            end = _closing_backtick(text, start + 1)
            self._inner(text[start + 1 : end].replace("\\`", "`"))
            end += 1
        elif text.startswith("$(", start):
            end = _closing(text, start + 1, "()")
            if not text.startswith("$((", start):
                self._inner(text[start + 2 : end])
            end += 1
        elif text.startswith("${", start):
            end = _closing(text, start + 1, "{}") + 1
        else:
            following = text[start + 1 : start + MAX_NAME]
            end = start + 1 + (run_end(following, 0, LETTERS) or following[:1] in _PARAMETERS)
        self._add(text[start:end])
        self._at = end

    def _inner(self, script: str) -> None:
        self._add("")
        if self._nesting < MAX_NESTING and self._command is not None:
            self._command.inner += split(script, self._nesting + 1)

    def _redirection(self) -> None:
        text = self._text
        if text.startswith(("<(", ">("), self._at):
            end = _closing(text, self._at + 1, "()")
            self._inner(text[self._at + 2 : end])
            self._add(text[self._at : end + 1])
            self._at = end + 1
            return
        if self._word is not None and "".join(self._word).isdecimal():
            self._word = None
        self._end_word()
        self._redirects = next(operator for operator in _REDIRECTIONS if text.startswith(operator, self._at))
        self._at += len(self._redirects)

    def _end_word(self) -> None:
        if self._word is None:
            return
        word = "".join(self._word)
        self._word = None
        if self._redirects:
            if self._redirects in ("<<", "<<-"):
                self._bodies.append((word, self._redirects == "<<-"))
            self._redirects = ""
            if self._command is not None and not self._command.words and not self._command.inner:
                self._command = None
        elif self._command is not None:
            self._command.words.append(word)
            self._command.end = min(self._at, len(self._text))

    def _operator(self) -> None:
        here = self._text[self._at : self._at + 2]
        operator = here if here in _OPERATORS else here[0]
        self._end_command()
        end = self._at
        self._at += len(operator)
        if operator == "\n":
            self._skip_bodies()
        goes_on = self._is_piped(end) if operator == "\n" else operator in ("|", "|&")
        self._pipeline += not goes_on

    def _is_piped(self, end: int) -> bool:
        """Say whether a line ends in a pipe, so that the next one goes on with it."""
        before = self._text[max(end - 80, 0) : end].rstrip()
        return before.endswith("|") and not before.endswith("||")

    def _end_command(self) -> None:
        self._end_word()
        self._redirects = ""
        if self._command is not None and (self._command.words or self._command.inner):
            self.commands.append(self._command)
        self._command = None

    def _skip_bodies(self) -> None:
        """Pass over the bodies of the heredocs that the line just ended announced."""
        for name, chomp in self._bodies:
            while self._at < len(self._text):
                end = self._text.find("\n", self._at)
                end = len(self._text) if end < 0 else end
                line = self._text[self._at : end].rstrip("\r")
                self._at = end + 1
                if (line.lstrip("\t") if chomp else line) == name:
                    break
        self._bodies = []


def _closing_backtick(text: str, at: int) -> int:
    """Return where the substitution ends, the end of the text when it does not."""
    while True:
        end = text.find("`", at)
        if end < 0:
            return len(text)
        if text[end - 1] != "\\":
            return end
        at = end + 1


def _closing(text: str, at: int, pair: str) -> int:
    """Return where the bracket at this place is closed, the end of the text when it is not; quotes hide brackets."""
    depth = 0
    quoted = False
    while at < len(text):
        found = text[at]
        if found == "\\":
            at += 1
        elif found == '"':
            quoted = not quoted
        elif quoted:
            pass
        elif found == "'":
            end = text.find("'", at + 1)
            at = len(text) if end < 0 else end
        elif found == pair[0]:
            depth += 1
        elif found == pair[1]:
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return len(text)
