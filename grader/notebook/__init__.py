"""Between lessons and notebooks: release them, read their cells, practise in them."""
