"""What an image is called."""

from __future__ import annotations

from gate.model.record import Record


class ImageName(Record):
    """A parsed reference; `repository` carries the registry, `docker.io/library/` filled in; parts absent are empty."""

    text: str
    repository: str
    tag: str
    digest: str

    @property
    def shown(self) -> str:
        """The reference as a message repeats it: of a digest as much as tells one from another."""
        name, at, digest = self.text.partition("@")
        return f"{name}{at}{digest[:19]}"
