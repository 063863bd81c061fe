"""How a Packer builder gets its installation medium, and what its checksum is worth.

Sources: packer-plugin-sdk `ISOConfig`, hashicorp/go-getter checksums, the qemu plugin's `Prepare`.
"""

from __future__ import annotations

from gate.dialects.packer import member, within
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown
from gate.model.template import Media
from gate.syntax.hcl_scalars import Partial
from gate.syntax.tree import Opaque, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.packer import Keys, Recipe
    from gate.model.evidence import Setting

_HEX = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_UNNAMED = "no medium is named in the template, so it is given where the build is started"
_STRENGTHS = ("none", "md5", "sha1", "plain-sums-file", "sums-file", "sha256", "sha512")

#: Where a builder that installs nothing takes its machine from.
_BASES = {
    "virtualbox-ovf": ("source_path",),
    "virtualbox-vm": ("vm_name",),
    "vmware-vmx": ("source_path",),
    "vsphere-clone": ("template",),
    "hyperv-vmcx": ("clone_from_vmcx_path", "clone_from_vm_name"),
}


def media(recipe: Recipe) -> Media:
    """Return the medium of a builder."""
    keys, bases = recipe.keys, _BASES.get(recipe.builder, ())
    names = [name for name in ("iso_url", "iso_urls") if keys.has(name)]
    if recipe.builder == "virtualbox-ovf":
        return _appliance(keys)
    if bases and not names:
        nothing = "this builder starts from a machine that exists"
        return Media(
            Items((), recipe.at),
            Items((), recipe.at),
            Inapplicable(nothing, recipe.at),
            Inapplicable(nothing, recipe.at),
            _first(keys, bases),
        )
    if not names and keys.has("iso_paths"):
        stored = "the medium lies in the hypervisor's own storage"
        at = keys.at_of("iso_paths")
        return Media(
            keys.texts("iso_paths"),
            Items((Stated("datastore", at),), at),
            Inapplicable(stored, at),
            Inapplicable(stored, at),
            _first(keys, bases),
        )
    urls = _urls(keys, names)
    return Media(urls, _transports(keys, names, urls), keys.text("iso_checksum"), _kind(keys), _first(keys, bases))


def _urls(keys: Keys, names: list[str]) -> Items[str]:
    """Return the addresses; one that cannot be known is still one address."""
    if not names:
        return Items((), keys.at_of("iso_url"), complete=False, open_because=_UNNAMED)
    if names == ["iso_url"]:
        return Items((keys.text("iso_url"),), keys.at_of("iso_url"))
    listed = keys.texts("iso_urls")
    own = (keys.text("iso_url"),) if "iso_url" in names else ()
    return Items((*own, *listed.members), listed.at, listed.complete, listed.open_because)


def _appliance(keys: Keys) -> Media:
    """Read a builder that imports an appliance from a path or an address."""
    urls = keys.texts("source_path")
    transports = _transports(keys, ["source_path"], urls)
    local = transports.complete and all(isinstance(t, Stated) and t.value == "local" for t in transports.members)
    kind: Setting[str] = Inapplicable("the appliance is a local file", urls.at)
    if not local or keys.has("checksum"):
        kind = _checksum_kind(keys, "checksum")
    return Media(urls, transports, keys.text("checksum"), kind, keys.text("source_path"))


def _first(keys: Keys, names: tuple[str, ...]) -> Setting[str]:
    found = next((name for name in names if keys.has(name)), "")
    return keys.text(found) if found else Inapplicable("this builder starts from a medium", keys.at)


def _transports(keys: Keys, names: list[str], urls: Items[str]) -> Items[str]:
    """Say how each medium is reached, from the beginning of an address where the rest is not known."""
    members: list[Setting[str]] = []
    for name in names:
        node, at = keys.node(name), keys.at_of(name)
        for part in node.items if isinstance(node, Sequence) else [node]:
            if isinstance(part, Partial) and "://" in part.prefix:
                members.append(Stated(transport(part.prefix), within(part, at)))
            elif part is not None and not (isinstance(part, Opaque) and name == "iso_urls" and part is node):
                members.append(_reached(member(part, at)))
    return Items(tuple(members), urls.at, urls.complete, urls.open_because)


def _reached(address: Setting[str]) -> Setting[str]:
    return Stated(transport(address.value), address.at, address.via) if isinstance(address, Stated) else address


def transport(url: str) -> str:
    """Return how an address is reached."""
    text = url.strip()
    if text.startswith("["):
        return "datastore"
    getter, forced, rest = text.partition("::")
    if forced and getter.isalnum():
        text = rest
    scheme, marked, _ = text.partition("://")
    return scheme.lower() if marked and scheme.isalnum() and len(scheme) > 1 and scheme.lower() != "file" else "local"


def _kind(keys: Keys) -> Setting[str]:
    """Say what a medium's checksum is worth, with the old key for its algorithm."""
    skipped = keys.flag("iso_skip_cache", default=False)
    if isinstance(skipped, Stated) and skipped.value:
        return Stated("none", skipped.at, skipped.via)
    if keys.has("iso_checksum_type"):
        kind = keys.text("iso_checksum_type")
        return Stated(kind.value.lower(), kind.at, kind.via) if isinstance(kind, Stated) else kind
    if keys.has("iso_checksum_url") and not keys.has("iso_checksum"):
        return _of(keys.text("iso_checksum_url"), file=True)
    return _checksum_kind(keys, "iso_checksum")


def _checksum_kind(keys: Keys, name: str) -> Setting[str]:
    node = keys.node(name)
    if node is None and name in keys.names:
        return Unknown("it is null unless it is given where the build is started", keys.at_of(name))
    if isinstance(node, Partial) and node.prefix:
        kind = checksum_kind(node.prefix, complete=False)
        if kind:
            return Stated(kind, keys.at_of(name))
    return _of(keys.text(name))


def _of(setting: Setting[str], *, file: bool = False) -> Setting[str]:
    if isinstance(setting, Stated):
        kind = checksum_kind(f"file:{setting.value}" if file else setting.value)
        if not kind:
            return Unknown("the checksum is of no kind that is known", setting.at)
        return Stated(kind, setting.at, setting.via)
    return Defaulted("none", setting.at) if isinstance(setting, Defaulted) else setting


def checksum_kind(text: str, *, complete: bool = True) -> str:
    """Return what a checksum protects with; empty when that cannot be told."""
    text = text.strip().lower()
    if text in ("", "none") and complete:
        return "none"
    kind, marked, rest = text.partition(":")
    if marked and kind == "file":
        if not complete and "://" not in rest:
            return ""
        return "plain-sums-file" if transport(rest) in ("http", "ftp") else "sums-file"
    if marked:
        return kind if kind in _STRENGTHS else ""
    is_hex = all(character in "0123456789abcdef" for character in text)
    return _HEX.get(len(text), "") if complete and is_hex else ""
