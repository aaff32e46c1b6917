"""The board inside a Jupyter notebook: magics, displays, messages."""
