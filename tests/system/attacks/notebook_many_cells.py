# Tries: a notebook with the most program cells possible, the last one meaningless.
# Ends: the last program counts; 2000 cells at most.
def attack(folder, notebook):
    cells = [
        {"cell_type": "code", "id": f"many-{n}", "source": "%%board main.py\nprint('READY L01')", "metadata": {}, "outputs": [], "execution_count": None}
        for n in range(1900)
    ]
    notebook["cells"][:0] = cells
