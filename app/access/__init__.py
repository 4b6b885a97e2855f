"""Who may see and do what: principals, organisations behind actors, and the one place that scopes every query."""
