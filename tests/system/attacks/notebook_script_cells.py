# Tries: cells, attachments and ids that are scripts for the instructor's browser.
# Ends: text that was not released is shown as plain text.
BAD = "<script>alert(1)</script><img src=x onerror=alert(2)><iframe src=\"javascript:alert(3)\"></iframe>"
LINK = "[x](javascript:alert(4)) ![](x\"onerror=alert(5)) $\\href{javascript:alert(6)}{x}$ <style>*{display:none}</style>"


def attack(folder, notebook):
    attachments = {"x.svg": {"image/svg+xml": "PHN2ZyBvbmxvYWQ9YWxlcnQoNyk+"}}
    for number, kind in enumerate(("markdown", "raw", "heading")):
        cell = {"cell_type": kind, "id": f"\"><script>{number}", "source": BAD + LINK, "metadata": {"format": "text/html"}}
        notebook["cells"].append(cell | {"attachments": attachments})
    notebook["metadata"]["title"] = BAD
    notebook["metadata"]["authors"] = [{"name": BAD}]
