"""Which files of a folder are one Terraform module, and what files of values and overrides change in it.

Terraform reads every `.tf` and `.tf.json`. OpenTofu reads `.tofu` and `.tofu.json` as well, and in their favour leaves
out what is called the same without it. Then both lay override files over the rest, argument by argument, and take the
values of `terraform.tfvars` and `*.auto.tfvars`. Sources: Terraform's "Override Files" and "Assign values to input
variables"; OpenTofu's "Files and Directories".
"""

from __future__ import annotations

from gate.dialects import terraform_json
from gate.model.errors import InputError
from gate.syntax import hcl
from gate.syntax.hcl import Block
from gate.syntax.tree import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.source import Source, Sources
    from gate.syntax.hcl import Attribute, Document
    from gate.syntax.tree import Node

OPENTOFU = (".tofu", ".tofu.json")
ENDINGS = (".tf", *OPENTOFU, ".tf.json")

#: Files of one module, and bytes of all of them.
MAX_FILES = 300
MAX_BYTES = 2 * 1024 * 1024


def parse(source: Source) -> Document:
    """Parse a file in the syntax that its name says."""
    return terraform_json.parse(source) if source.path.endswith(".json") else hcl.parse(source)


def members(paths: Iterable[str], of: str = "") -> list[str]:
    """Return the paths of a folder that are read together with one of them, as OpenTofu has them.

    A file that OpenTofu leaves out is read as Terraform has it, with those that Terraform reads.
    """
    found = [path for path in paths if path.endswith(ENDINGS)]
    replaced = {_instead(path) for path in found if path.endswith(OPENTOFU)}
    if of in replaced:
        return [path for path in found if not path.endswith(OPENTOFU)]
    return [path for path in found if path not in replaced]


def _instead(path: str) -> str:
    """Return what OpenTofu leaves out for a file of its own."""
    stem, dot, ending = path.rpartition(".tofu")
    return f"{stem}.tf{ending}" if dot else path


def documents(paths: list[str], sources: Sources, size: int) -> tuple[list[Document], str]:
    """Parse the files of a module, override files last; one that cannot be read may have defined anything."""
    found: list[Document] = []
    broken = f"the folder holds more than {MAX_FILES} files" if len(paths) > MAX_FILES else ""
    for path in sorted(paths[:MAX_FILES], key=order):
        opened = _opened(path, sources)
        size += len(opened.data) if opened is not None else 0
        if size > MAX_BYTES or opened is None or parse(opened).error:
            broken = f"{path} cannot be read"
        else:
            found.append(parse(opened))
    return found, broken


def order(path: str) -> tuple[bool, str]:
    """Sort override files behind all others."""
    return is_override(path), path


def is_override(path: str) -> bool:
    """Say whether a file is laid over the others of its folder, by its name."""
    name = path.rpartition("/")[2]
    stem = next((name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending)), name)
    return stem == "override" or stem.endswith("_override")


def laid_over(parsed: Iterable[Document]) -> list[Block]:
    """Return the blocks of a module's documents, each with what override files say of it; they have to come last."""
    found: list[Block] = []
    places: dict[tuple[str, ...], int] = {}
    for document in parsed:
        over = is_override(document.source.path)
        for block in document.body.blocks:
            name = (block.type, *block.labels)
            if over and name in places:
                found[places[name]] = _merged(found[places[name]], block)
                continue
            if block.labels:
                places[name] = len(found)
            found.append(block)
    return found


def _merged(below: Block, above: Block) -> Block:
    """Replace the arguments of a block that another has, and all its blocks of a type that another has one of."""
    made = Block(below.document, below.type, below.labels, below.start, below.header_end, below.end)
    named = {_kind(block) for block in above.body.blocks} | above.body.attributes.keys()
    kept = {name: one for name, one in below.body.attributes.items() if name not in named}
    made.body.attributes = kept | above.body.attributes
    made.body.blocks = [block for block in below.body.blocks if _kind(block) not in named] + above.body.blocks
    return made


def _kind(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


def _opened(path: str, sources: Sources) -> Source | None:
    try:
        return sources.open(path)
    except InputError:
        return None


def values(folder: str, sources: Sources) -> tuple[dict[str, Attribute | Node], str]:
    """Return the values that variable files of the folder give, the last one counting, and which cannot be read."""
    found: dict[str, Attribute | Node] = {}
    broken = ""
    names = [path for path in sources.list(folder) if path.endswith((".tfvars", ".tfvars.json"))]
    first = [path for path in names if path.rpartition("/")[2] in ("terraform.tfvars", "terraform.tfvars.json")]
    rest = [path for path in names if path.endswith((".auto.tfvars", ".auto.tfvars.json"))]
    for path in [*first, *rest][:MAX_FILES]:
        opened = _opened(path, sources)
        given = _values_of(opened) if opened is not None else None
        if given is None:
            broken = f"{path} cannot be read"
        else:
            found |= given
    return found, broken


def _values_of(source: Source) -> dict[str, Attribute | Node] | None:
    if source.path.endswith(".json"):
        from gate.syntax.json import parse as parse_json

        root = parse_json(source).root
        return dict(root.entries) if isinstance(root, Mapping) else None
    document = hcl.parse(source)
    return None if document.error else dict(document.body.attributes)
