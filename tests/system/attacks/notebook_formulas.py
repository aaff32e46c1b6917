# Tries: formulas that a page would compute: macros that call themselves, links and styles in formulas, unicode by number, and millions of nested groups.
# Ends: text that was not released is shown as plain text; no formula of a submission is computed.
FORMULAS = (
    r"$$\def\x{\x\x}\x$$", r"$\newcommand{\a}[1]{\a{#1#1}}\a{1}$", r"$\href{javascript:alert(1)}{x}$", r"$\require{html}\class{x}{y}\style{position:fixed;inset:0}{z}$",
    r"$\unicode{x3Cscript>alert(2)</script>}$", r"\begin{align}\tag{<script>alert(3)</script>}\end{align}", r"$\mmlToken{mi}[mathvariant=normal onerror=alert(4)]{x}$",
    "$" + "{" * 50_000 + "}" * 50_000 + "$", "$$" + r"\frac{1}{" * 9000, r"\(\let\frac\sqrt\)", "&lt;script&gt;alert(5)&lt;/script&gt; &#60;svg onload&#61;alert(6)&#62;",
)


def attack(folder, notebook):
    for number, text in enumerate(FORMULAS):
        for kind in ("markdown", "raw"):
            notebook["cells"].insert(number, {"cell_type": kind, "id": f"formula-{kind}-{number}", "source": text, "metadata": {}})
