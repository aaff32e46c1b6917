"""Grade a class: submissions in, outcomes out, in worker processes or on a cluster."""
