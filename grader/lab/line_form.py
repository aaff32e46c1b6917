"""The form of an output line, and what a person reads in a line of nearly that form.

A form is the line that a lab wants, with its fields in braces:

    V {volts:2} RAW {raw}                  V 13.20 RAW 32768
    {seq},{celsius:1|},{status:OK|FAIL}    7,22.5,OK and 8,,FAIL
    V {volts:2}[ RAW {raw}]                with RAW; a line without RAW is read, too

A field is an integer, or what stands behind its colon: `2` for a number with two decimals, `*` for
any number, `word` for any word, or fixed words (`OK|FAIL`). `|` is between alternatives. An empty
alternative means "no value" (so does a printed `-`): `1|` is a number with one decimal, or
nothing.

`read` accepts upper and lower case, other spaces and separators, `:` and `=`, a unit behind a
number, another number of decimals, quotes and brackets, digits and signs of other scripts: a small
mistake in the form does not hide the values. `read_each` also accepts other words behind the first
one, when no line can be read without that. The limit `HasForm` judges the form itself.

Trust boundary: a submission prints these lines. A line has one reading at most. Two numbers in the
place of one, or a word too many, are no reading.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from grader.lab.limits import Limit, Verdict, shortened
from grader.lab.run import Run
from grader.lab.units import place_of

LONGEST = 200
"""Characters of a line that can be read: a pattern must not become slow on a hostile line."""
MOST_COMPARED = 50
"""Lines that are compared to find the nearest one."""

_TOKEN = re.compile(
    r"\{(?P<name>[a-z_]+)(?::(?P<kinds>[^{}]*))?\}|(?P<bracket>[\[\]])|(?P<text>[^{}\[\]]+)"
)
_GAP = r"(?:->|=>|[\s,;:=|_])"
_COMMA = r"(?:\s*[,;|]\s*|\s+)"
_OTHER_WORDS = rf"{_GAP}+(?:[^\W\d_]+[\s,;:=|_.]+){{0,3}}"
_UNIT = (
    r"°\s*C?|%(?:\s*RH)?|[mk]?V|volts?|m?A|[mnuµμ]?s|sec|seconds?|[mc]?m|k?Hz"
    r"|[hk]?Pa|deg(?:rees?)?|C|RH"
)
_NO_VALUE = r"[-–—]{1,3}|N\.?/?A\.?|nan|none|null"
_QUOTES = re.compile(r"""\bb(?=['"])|['"`()\[\]{}«»]""")
_SAME = str.maketrans("٫،؛−–\N{NO-BREAK SPACE}", ".,;-- ", "\u200e\u200f\u061c")


@dataclass(frozen=True)
class FormField:
    """A field of a form."""

    name: str
    decimals: str
    """Digits behind the point: `0`, `2`, `*` for any; empty when it is no number."""
    is_word: bool
    choices: tuple[str, ...]
    """The words that it may be."""

    @classmethod
    def of(cls, name: str, kinds: str | None) -> "FormField":
        """From its name, and what stands behind the colon."""
        each = ("0" if kinds is None else kinds).split("|")
        decimals = next((kind for kind in each if kind == "*" or kind.isdigit()), "")
        choices = tuple(kind for kind in each if kind != "word" and (not kind or kind != decimals))
        return cls(name, decimals, "word" in each, choices)

    @property
    def no_value(self) -> str | None:
        """What the form wants where there is no value; None: there must be one."""
        return next((c for c in self.choices if not c or re.fullmatch(_NO_VALUE, c, re.I)), None)

    def exact(self, is_short: bool) -> str:
        """The pattern in a line of the wanted form. `is_short`: zeros at the end may be missing,
        as `round(v, 2)` prints 13.2 for 13.20."""
        least = "1," if is_short else ""
        some = {"0": "", "*": r"(?:\.\d{1,9})?"}
        fraction = some.get(self.decimals, rf"\.\d{{{least}{self.decimals}}}")
        kinds = [rf"-?\d{{1,12}}{fraction}"] if self.decimals else []
        kinds += [r"[\w.-]+"] if self.is_word else []
        return "|".join([*kinds, *map(re.escape, self.choices)])

    def loose(self, is_listed: bool) -> str:
        """The pattern in any line. `is_listed`: commas separate the fields, so a comma
        inside a number is not read as a decimal point."""
        sign = "[.,]" if self.decimals != "0" and not is_listed else r"\."
        kinds = [rf"[+-]?\d{{1,12}}(?:{sign}\d{{1,12}})?(?!\.?\d)"] if self.decimals else []
        kinds += [r"[^\s,;:=|]+"] if self.is_word else []
        kinds += [re.escape(choice) for choice in self.choices if choice != self.no_value]
        kinds += [] if self.no_value is None else [_NO_VALUE]
        kinds += [""] if self.no_value == "" or (is_listed and self.no_value) else []
        unit = rf"(?:(?<=\d)\s*(?:{_UNIT})(?![^\W\d_]))?" if self.decimals else ""
        return f"(?P<{self.name}>{'|'.join(kinds)}){unit}"

    def value(self, text: str) -> str:
        """The field as the form wants it, from how it was printed."""
        if self.decimals and re.fullmatch(r"[+-]?\d+([.,]\d+)?", text):
            return text.replace(",", ".").removeprefix("+")
        same = (choice for choice in self.choices if choice.lower() == text.lower())
        return next(same, text if self.is_word else self.no_value or "")

    def written(self, value: str) -> str:
        """A value with the number of decimals that the form wants."""
        if self.decimals.isdigit() and re.fullmatch(r"-?\d+(\.\d+)?", value):
            return f"{float(value):.{self.decimals}f}"
        return value


@dataclass(frozen=True)
class LineForm:
    """The line that a lab wants (see the module)."""

    pattern: str

    def read(self, text: str) -> dict[str, str] | None:
        """The fields of a line by name, "" for one that is missing; None when a person would not
        recognise the text as a line of this form."""
        if found := self._exact.fullmatch(text):
            return found.groupdict("")
        return self._found(self._loose, text)

    def read_each(self, texts: Iterable[str]) -> list[dict[str, str] | None]:
        """The fields of each line. When no line can be read, a word behind the first one may be
        missing, or be up to three other words: `Stop at 5310` is read as `STOP t=5310`."""
        every = list(texts)
        found = [self.read(text) for text in every]
        if all(fields is None for fields in found):
            return [self._found(self._free, text) for text in every]
        return found

    def slips(self, texts: Iterable[str]) -> list[str]:
        """The lines that have another form. When at least one line has all decimals, zeros at the
        end may be missing in others (13.2 for 13.20)."""
        every = list(texts)
        inexact = [text for text in every if not self._exact.fullmatch(text)]
        if len(inexact) == len(every):
            return inexact
        return [text for text in inexact if not self._short.fullmatch(text)]

    def written(self, values: Mapping[str, str]) -> str:
        """The line of the wanted form with these values; `<name>` for one that is missing."""
        parts = []
        for token in self._tokens:
            if isinstance(token, FormField):
                value = values.get(token.name, "")
                is_empty = not value and token.no_value != ""
                parts.append(f"<{token.name}>" if is_empty else token.written(value))
            elif token not in ("[", "]"):
                parts.append(token)
        return "".join(parts)

    def __str__(self) -> str:
        return "".join(
            f"<{token.name}>" if isinstance(token, FormField) else token
            for token in self._tokens
            if token not in ("[", "]")
        )

    def nearest(self, texts: Iterable[str]) -> str:
        """The line that is most like the form, first of all one that begins like it; "" without
        lines."""
        wanted = _outline(re.sub(r"<\w+>", "0", str(self)))
        some = list(dict.fromkeys(texts))[:MOST_COMPARED]
        return max(some, key=lambda text: _likeness(_outline(text), wanted), default="")

    @property
    def fields(self) -> list[FormField]:
        """Its fields, in order."""
        return [token for token in self._tokens if isinstance(token, FormField)]

    @cached_property
    def _tokens(self) -> list[FormField | str]:
        return [
            FormField.of(found["name"], found["kinds"]) if found["name"] else found[0]
            for found in _TOKEN.finditer(self.pattern)
        ]

    @cached_property
    def _exact(self) -> re.Pattern[str]:
        return self._strict(is_short=False)

    @cached_property
    def _short(self) -> re.Pattern[str]:
        return self._strict(is_short=True)

    def _strict(self, *, is_short: bool) -> re.Pattern[str]:
        parts = [
            f"(?P<{token.name}>{token.exact(is_short)})"
            if isinstance(token, FormField)
            else re.escape(token.strip("[]"))
            for token in self._tokens
        ]
        return re.compile("".join(parts), re.ASCII)

    def _found(self, pattern: re.Pattern[str], text: str) -> dict[str, str] | None:
        found = pattern.fullmatch(_plain(text)) if len(text) <= LONGEST else None
        if found is None:
            return None
        return {field.name: field.value(found[field.name] or "") for field in self.fields}

    @cached_property
    def _loose(self) -> re.Pattern[str]:
        return self._readable(is_free=False)

    @cached_property
    def _free(self) -> re.Pattern[str]:
        return self._readable(is_free=True)

    def _readable(self, *, is_free: bool) -> re.Pattern[str]:
        """Between two tokens is a gap: a comma where the form has one, else any separators.
        `is_free`: a word between the first one and a field may be another."""
        words = list(self._words())
        is_listed = "," in words
        # A prompt such as `> ` may stand before a word; behind `>>>` is only an echo.
        parts = [rf"{_GAP}*" if isinstance(words[0], FormField) else r"\W*"]
        last: FormField | str = ""
        for word, following in pairwise([*words, ""]):
            if word in ("[", "]"):
                parts.append("(?:" if word == "[" else ")?")
                continue
            is_label = isinstance(word, str) and word != "," and isinstance(following, FormField)
            if is_free and is_label and last:
                parts.append(_OTHER_WORDS)
            elif word != ",":
                parts.append(_gap(last, word))
                parts.append(word.loose(is_listed) if isinstance(word, FormField) else str(word))
            last = word
        return re.compile("".join(parts) + r"[\s,;.!]*", re.IGNORECASE)

    def _words(self) -> Iterator[FormField | str]:
        for token in self._tokens:
            if isinstance(token, FormField):
                yield token
            else:
                yield from re.findall(r"[^\W_]+|[,\[\]]", token)


@dataclass(frozen=True, eq=False)
class HasForm(Limit[str]):
    """Each line that one of the forms can read is written exactly in that form. The verdict shows
    the first line that is not, beside the wanted line with the same values. Values are not
    judged."""

    forms: Sequence[LineForm]

    def judge(self, measured: str | Sequence[str], run: Run) -> Verdict:
        """The first line of another form decides."""
        texts = [measured] if isinstance(measured, str) else list(measured)
        wanted_lines: dict[int, str] = {}
        for form in self.forms:
            pairs = zip(texts, form.read_each(texts), strict=True)
            mine = [(text, fields) for text, fields in pairs if fields is not None]
            slips = {id(text) for text in form.slips(text for text, _ in mine)}
            wanted_lines |= {id(t): form.written(values) for t, values in mine if id(t) in slips}
        first = next((text for text in texts if id(text) in wanted_lines), None)
        if first is None:
            return Verdict(bool(texts), shortened([*texts, ""][0]), self.window(run))
        shown, wanted = first, wanted_lines[id(first)]
        if shown.split() == wanted.split():  # only the spaces differ: make them visible
            shown, wanted = shown.replace(" ", "␣"), wanted.replace(" ", "␣")
        return Verdict(False, shortened(shown), shortened(wanted), place_of(first))

    def window(self, run: Run) -> str:
        """The wanted forms as text, with the names of their fields."""
        return shortened(" / ".join(map(str, self.forms)))


def _gap(last: FormField | str, word: FormField | str) -> str:
    """The pattern between two tokens of a form."""
    if last == ",":
        return _COMMA
    if not last:
        return ""
    fields = [one for one in (last, word) if isinstance(one, FormField)]
    if len(fields) == 2 or any(one.is_word for one in fields):
        return f"{_GAP}+"
    return f"{_GAP}*" if fields else rf"(?:{_GAP}|-)*"


def _plain(text: str) -> str:
    """A line without quotes and brackets, with the digits and signs of ASCII."""
    if text.startswith(">>>"):
        return ""
    plain = text.translate(_SAME)
    if not plain.isascii():
        plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)
    return _QUOTES.sub(lambda found: "" if found[0] == "b" else " ", plain)


def _outline(text: str) -> str:
    """A line to compare: numbers do not count, nor do capitals."""
    return re.sub(r"[0-9]+([.,][0-9]+)?", "0", _plain(text)[:LONGEST]).lower()


def _likeness(one: str, other: str) -> tuple[bool, float]:
    first, wanted = (re.findall(r"[^\W\d_]+", text)[:1] for text in (one, other))
    ratio = difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
    return bool(first) and first == wanted, ratio
