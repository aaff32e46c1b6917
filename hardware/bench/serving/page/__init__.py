"""A page for a live bench, in the browser of this machine: its picture, controls and consoles."""
