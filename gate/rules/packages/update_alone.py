"""Package lists that are fetched in a layer of their own."""

from __future__ import annotations

from gate.freshness.hints import lists_alone
from gate.model.rule import Control, Rule
from gate.model.truth import Truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables

# Fields: the commands of apt in the RUN instructions of what ships.
# Allowed: an update in the same RUN as the install.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask every step that fetches lists whether it also installs, and whether a later one does."""
    for found in lists_alone(image):
        yield Truth("yes", (found,))


RULE = Rule(
    id="PKG001",
    name="update-alone",
    title="fetches package lists in a step of their own",
    severity="low",
    remedy="fetch the lists in the RUN that installs: `apt-get update && apt-get install -y ...`",
    check=check,
    controls=(
        Control("CIS Docker", "1.6.0", "4.7"),
        Control("StackRox", "2026-08-22", "Docker CIS 4.7: Alert on Update Instruction"),
    ),
)
