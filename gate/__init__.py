"""boundary-gate: decides whether each workload is isolated as well as its sensitivity requires."""

__version__ = "0.1.0"
