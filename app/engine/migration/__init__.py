"""Moving running cases to another version of their process.

A case waits at *places*: human tasks, called processes, timers, joins. A `Plan` says which place of the new version each place of the old one becomes;
`compare` proposes it and says what changed. A `Mover` takes one case across: it reads where the case waits, lays the same tokens out in the new
version, and refuses whatever a case of the new version could never have reached by itself.
"""
