"""Registers of consultants and experts: for those who keep them, and for those who are on them."""
