"""The three JSON Schemas, one module each."""
