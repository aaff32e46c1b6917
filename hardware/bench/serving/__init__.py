"""A bench that lives, and the ways to its serial line."""
