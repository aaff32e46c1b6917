# Tries: a program with line ends of other kinds in its comments, so that a reader sees a comment where the board runs code, or code where it sees a comment.
# Ends: feedback shows these characters and breaks lines where the board does; what runs is measured.
HIDDEN = "# a comment\x0b x = 1\x0c x = 2\x1c x = 3\x85 x = 4\u2028 x = 5\u2029 x = 6 \u202e\u2066 x = 7\n# other\rseen = 8\r\n"


def attack(folder, notebook):
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if source.startswith("%%board main.py"):
            head, _, body = source.partition("\n")
            cell["source"] = f"{head}\n{HIDDEN}{body}"
