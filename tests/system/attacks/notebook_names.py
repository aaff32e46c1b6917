# Tries: files whose names are paths, control a terminal or have the maximum length.
# Ends: names have no effect; they are escaped in all output.
NAMES = (
    "..\\..\\..\\gradebook.db", "..%2f..%2fsecret", "\x1b[2J\x1b[31mgraded.txt", "a\nb.txt", "-rf", "$(touch @TOUCHED@)",
    "x" * 250, "<script>alert(1)<script>.html", "\u202etxt.exe", "nbgrader_config.py", "feedback.html", "CON",
)


def attack(folder, notebook):
    for name in NAMES:
        (folder / name.replace("/", "-")).write_text("c.CourseDirectory.root = '/'\n")
