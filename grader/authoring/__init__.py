"""Tools for the author of a lab: start a new one, check its marks, review its texts."""
