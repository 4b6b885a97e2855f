"""What people do to cases: each act one function, one transaction. Errors say what happened and what to do."""
