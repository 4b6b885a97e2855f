"""Official documents: written notices, lists and decisions as Word and PDF."""
