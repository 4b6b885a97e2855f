"""Soundness: plays through everything that a process can do, and says where it goes wrong and how it gets there.

`plan` works out beforehand what the walk needs to know of a diagram, `game` says what can happen next, `walk` follows all of it within bounds,
`verdicts` reads the result, `inspection` does so for a process and everything it calls.
"""
