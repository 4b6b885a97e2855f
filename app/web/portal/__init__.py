"""The enterprise's pages: what to do next and by when, its cases in plain words."""
