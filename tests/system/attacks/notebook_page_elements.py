# Tries: elements that change the instructor's page without a script: other directions, pictures and pages in data URLs, styles, forms, bases, reloads.
# Ends: text that was not released is shown as plain text.
BAD = """<bdo dir=rtl>02 / 0</bdo><base href=//127.0.0.1:@PORT@/><meta http-equiv=refresh content="0;url=http://127.0.0.1:@PORT@/">
<link rel=stylesheet href=data:text/css,*%7Bdisplay:none%7D><style>@import url(http://127.0.0.1:@PORT@/);</style>
<object data="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="></object><embed src="data:image/svg+xml,<svg/onload=alert(2)>">
<svg><animate attributeName=href values=javascript:alert(3) /><use href="data:image/svg+xml,x#y"/></svg><math><mtext><mglyph><style><img src=x onerror=alert(4)>
<form action=http://127.0.0.1:@PORT@/ method=post><input name=points value=20><button>ok</button></form><details open ontoggle=alert(5)><iframe src=data:text/html,x>
![x](data:image/svg+xml;base64,PHN2Zy8+) [x](data:text/html,<script>alert(6)</script>) [x]: <javascript:alert(7)> "x"
<div style="position:fixed;inset:0;background:url(//127.0.0.1:@PORT@/)" id=MathJax class=nbgrader_label contenteditable>20 / 20</div>"""


def attack(folder, notebook):
    for number, kind in enumerate(("markdown", "code", "raw", "html", "task")):
        cell = {"cell_type": kind, "id": f"page-{number}", "source": BAD.split("\n"), "metadata": {"tags": [BAD], "name": BAD}}
        notebook["cells"].append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
