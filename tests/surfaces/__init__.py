"""The gate as others start it: from its wheel, as a hook, as a step of a workflow. All of these tests are slow."""
