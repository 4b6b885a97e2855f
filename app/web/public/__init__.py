"""The public's pages: what is published, without signing in and without cookies."""
