"""Rosters: the lists of enterprises that bureaus propose, review and hand over for publication."""
