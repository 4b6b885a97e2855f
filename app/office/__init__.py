"""Between domain data and office files: Excel rosters and tables, official documents as Word and PDF.

Pure functions: no database, no Flask, no clock. What they need comes in as arguments, what they make goes
out as bytes.
"""
