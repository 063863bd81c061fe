"""The JSON Schemas, one module each."""
