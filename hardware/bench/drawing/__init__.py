"""Pictures of the bench and of traces, as SVG and PNG."""
