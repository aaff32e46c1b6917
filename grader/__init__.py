"""What a lab is, and how it is scored."""
