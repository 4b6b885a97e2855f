"""The engine: the only package that imports SpiffWorkflow.

`diagram` reads what a BPMN file says (`safe_xml` the file itself, `foreign` what in it is not executed), `definition` compiles a version with
everything it needs, `expressions` evaluates under a sandbox, `timers` and `scripting` teach SpiffWorkflow our time and our language, `state` stores a
running case as its task tree, and `runner` moves it.
"""
