"""The frame of every HTML page: one file with its styles inside. It loads nothing from the network
and runs no foreign script."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

from grader.html_text import visible

STATIC = Path(__file__).parents[1] / "static"

_PAGE = """\
<!DOCTYPE html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="generator" content="Warsha">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
{body}
{script}</body>
</html>
"""

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src {script}; img-src {pictures}; "
    "base-uri 'none'; form-action 'none'"
)
"""Even if a page contained a script of a submission by mistake, the browser would not run it."""


@cache
def static(name: str) -> str:
    """The text of a file in `static/`."""
    return (STATIC / name).read_text(encoding="utf-8")


def html_page(
    title: str,
    body: str,
    styles: Sequence[str],
    script: str = "",
    *,
    language: str = "ar",
    pictures: bool = False,
) -> str:
    """A whole page; `styles` and `script` name files in `static/`. With `pictures` it may show
    those that are inside it (data URLs)."""
    code, allowed = "", "'none'"
    if script:
        code, allowed = f"<script>{static(script)}</script>\n", f"'sha256-{_digest(script)}'"
    return _PAGE.format(
        policy=_POLICY.format(script=allowed, pictures="data:" if pictures else "'none'"),
        language=language,
        direction="rtl" if language == "ar" else "ltr",
        title=escape(visible(title)),
        style="".join(static(name) for name in styles),
        body=body,
        script=code,
    )


@cache
def _digest(name: str) -> str:
    return b64encode(sha256(static(name).encode()).digest()).decode()


def label(arabic: str, english: str) -> str:
    """A short text of ours in both languages."""
    return f'{arabic} <span class="en" lang="en" dir="ltr">{english}</span>'


def titled(texts: Mapping[str, str]) -> str:
    """A title of a lab or an item in both languages."""
    return label(escape(texts.get("ar", "")), escape(texts.get("en", "")))
