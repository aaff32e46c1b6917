"""What happened: records, the trace, and how it is told."""
