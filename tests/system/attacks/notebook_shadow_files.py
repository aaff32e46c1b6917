# Tries: attached files with the names of our packages, settings, records and marks.
# Ends: trusted processes do not import from a submission's folder.
def attack(folder, notebook):
    text = "open('@TOUCHED@', 'w').close()\n"
    for name in ("grader.py", "hardware.py", "warsha.py", "nbgrader.py", "checks.py", "sitecustomize.py", "nbgrader_config.py", "jupyter_config.py", "conftest.py"):
        (folder / name).write_text(text)
    (folder / "grader").mkdir()
    (folder / "grader" / "__init__.py").write_text(text)
    (folder / "gradebook.db").write_bytes(b"SQLite format 3\0")
    (folder / "1.json").write_text('{"points": 20}')
