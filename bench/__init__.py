"""Measures the gate against an interpreter that does nothing, and against hadolint, checkov and trivy, in one run.

    python -m bench [--only TEXT] [--json FILE] [--dockerfiles FOLDER] [--pods FOLDER] [--gate PYTHON]

What counts is processor time, of a program and everything it starts: it depends less on what else the machine does than
the time on the clock. The programs take turns, so that a slow minute slows all of them.
"""
