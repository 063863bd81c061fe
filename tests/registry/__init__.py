"""Registries: what is asked of them, what they may answer, and what they are never told."""
