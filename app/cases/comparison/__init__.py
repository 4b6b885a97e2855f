"""Two versions of a process side by side in the administrators' words: its diagrams, forms, tables and checks. Pure functions of files."""
