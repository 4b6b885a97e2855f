"""The administrators' pages. System, security and audit are apart: each finds only its own work."""
