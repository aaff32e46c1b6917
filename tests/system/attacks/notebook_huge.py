# Tries: a notebook of 15 MB: endless outputs, attachments and metadata.
# Ends: only the text of cells is read; 16 MB at most.
def attack(folder, notebook):
    for cell in notebook["cells"]:
        cell["metadata"]["junk"] = {str(n): [[]] * 9 for n in range(2500)}
    code = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 9_000_000}]
