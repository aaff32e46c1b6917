"""A class: submissions in, outcomes out, over processes and machines."""
