# Tries: a notebook with the state of widgets, and JavaScript, for the program that shows it.
# Ends: outputs and metadata are ignored and not kept.
def attack(folder, notebook):
    notebook["metadata"]["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"state": {"x": {"model_name": "HTMLModel", "state": {"value": "<script>alert(1)</script>"}}}, "version_major": 2, "version_minor": 0}
    }
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            data = {"application/javascript": "alert(2)", "text/html": "<script>alert(3)</script>"}
            cell["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {}}]
