# Tries: cells that would take over a kernel: input transformers, names of the grader, exits, hidden errors.
# Ends: no notebook is executed.
CODE = """
import builtins, os, sys
ip = get_ipython()
ip.input_transformers_cleanup.append(lambda lines: ['4.0' if 'grade(' in line else line for line in lines])
ip.showtraceback = lambda *a, **k: None
ip.display_formatter.formatters['text/plain'].for_type(float, lambda value, p, c: p.text('4.0'))
builtins.float = lambda *a: 4.0
for name in ('grader', 'grader.notebook.practice', 'warsha', 'nbgrader'):
    sys.modules[name] = type('Always', (), {'__getattr__': lambda *a: lambda *b, **k: 4.0})()
grade = lambda *a: 4.0
open('@TOUCHED@', 'w').close()
os._exit(0)
"""


def attack(folder, notebook):
    for place in (0, len(notebook["cells"])):
        cell = {"cell_type": "code", "id": f"hook-{place}", "source": CODE, "metadata": {}}
        notebook["cells"].insert(place, cell | {"outputs": [], "execution_count": None})
