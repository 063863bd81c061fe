"""A Packer recipe as a template subject."""

from __future__ import annotations

from gate.dialects.packer import PLATFORMS
from gate.dialects.packer_access import access
from gate.dialects.packer_machine import firmware, hardware
from gate.dialects.packer_media import media
from gate.dialects.packer_provisioning import done, provisioning
from gate.model.template import Template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.packer import Recipe
    from gate.model.source import Sources


def template(recipe: Recipe, sources: Sources) -> Template:
    """Return the subject."""
    builds = done(recipe, sources)
    return Template(
        recipe.id,
        recipe.name,
        PLATFORMS[recipe.builder],
        recipe.builder,
        recipe.at,
        media(recipe),
        access(recipe, builds),
        firmware(recipe),
        hardware(recipe),
        provisioning(recipe, builds),
    )
