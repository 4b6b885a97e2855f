"""The designer: administrators change processes in the browser."""
