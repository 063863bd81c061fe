"""Loads policies and declarations, refuses what is not exactly right, and joins what they say."""
