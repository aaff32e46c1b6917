# Tries: an answer to the "predict" question that is a script, a formula of a spreadsheet, a change of direction and a quarter of a megabyte long.
# Ends: an answer is text: escaped in every page, and in no table.
BAD = "20</textarea></td><script>alert(1)</script>\t=HYPERLINK(\"http://127.0.0.1:@PORT@\")\n+1+1\n@SUM(1)\u202e\u2066<svg onload=alert(2)>"


def attack(folder, notebook):
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if source.startswith(("%%predict", "%%explain")):
            cell["source"] = source + "\n" + BAD + "\n" + "x" * 200_000
