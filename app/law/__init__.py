"""The law as pure functions: working days, periods and deadlines, and the catalogue of regulations."""
