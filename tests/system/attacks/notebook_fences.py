# Tries: texts that leave the fence in which they are shown: longer fences, fences of other characters, indents, line ends of other kinds, HTML behind them.
# Ends: a fence is longer than any in its text; text that was not released is shown as plain text.
BAD = "<script>alert(1)</script><img src=x onerror=alert(2)>"
FENCES = (
    "~" * 500, "```", "~~~\n\n~~~~\n\n~~~~~", "    ~~~", "\t~~~", "~~~ html", "\r~~~\r", "\u2028~~~~\u2028", "\x0b~~~~\x0c", "~~~\x00",
    "~\u200b~~", "\u02dc\u02dc\u02dc\u02dc", "> ~~~", "- ~~~\n\n      ~~~", "<!--\n~~~\n-->", "]]>", "</pre></code></div>", "\\~~~",
)


def attack(folder, notebook):
    for number, fence in enumerate(FENCES):
        source = f"{fence}\n{BAD}\n{fence}\n{BAD}"
        notebook["cells"].append({"cell_type": "markdown", "id": f"fence-{number}", "source": source, "metadata": {}})
