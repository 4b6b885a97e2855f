"""A fictional province to look at and to try things in. Everything in it is made up and marked as demonstration data."""
