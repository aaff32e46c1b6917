"""Pictures of benches, boards and traces, as SVG and PNG."""
