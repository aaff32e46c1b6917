# Tries: cell magics that run commands, name other files or hide the program behind another name.
# Ends: a program is the text behind one exact line; no magic is run.
MAGICS = (
    "%%board ../main.py", "%%board /etc/passwd.py", "%%board main.py; touch @TOUCHED@", "%%board $(touch @TOUCHED@).py",
    "%%bash\ntouch @TOUCHED@", "!touch @TOUCHED@", "%%board '", "%%host --no-sandbox\nimport os", "%%board MAIN.PY\nx", "%%board " + "x" * 100_000 + ".py",
)


def attack(folder, notebook):
    for number, magic in enumerate(MAGICS):
        cell = {"cell_type": "code", "id": f"magic-{number}", "source": magic + "\nprint('READY L01')", "metadata": {}}
        notebook["cells"].append(cell | {"outputs": [], "execution_count": None})
