"""How a file shows that it is a job of Nomad, before anybody parses it."""

from __future__ import annotations

import re

from gate.dialects.resource_claims import BEGIN

_JOB = re.compile(rb"(?m)" + BEGIN + rb"[ \t]*job[ \t]+(?:\"[^\"\r\n]*\"|[\w.-]+|\"?(?:\[\[|\{\{|<%)[^\r\n]*)[ \t]*\{")
_INSIDE = re.compile(rb"(?m)^[ \t]*(?:group|task)[ \t]+[\"\w\[{]|^[ \t]*driver[ \t]*=")

#: What templates of Nomad Pack, Levant and Jinja begin what they fill in with, outside of texts.
IN_TEMPLATE = re.compile(rb"\[\[|\{\{|\{%|<%")

_TEMPLATES = (".tpl", ".tmpl", ".tftpl", ".j2", ".ctmpl", ".erb", ".template", ".levant")


def is_job(data: bytes) -> bool:
    """Say whether HCL has the block of a job, with groups or tasks."""
    return _JOB.search(data) is not None and _INSIDE.search(data) is not None


def is_template(path: str) -> bool:
    """Say whether a file is called a template."""
    return path.lower().endswith(_TEMPLATES)
