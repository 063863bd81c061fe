"""Built images: OCI layouts as folders and archives, what `docker save` writes, skopeo's folders, and configurations.

Several files of a folder may be asked about; one of them speaks for all: `index.json` for a layout, `manifest.json`
for the others.
"""

from __future__ import annotations

from gate.dialects.image_name import identity
from gate.model.coverage import Skipped
from gate.model.errors import InputError
from gate.model.evidence import Stated, Unknown
from gate.model.location import whole_file
from gate.model.reader import Reader, Reading
from gate.model.record import replace
from gate.model.reference import Definition
from gate.model.source import Archive, Held

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.image_config import Config
    from gate.model.image import Image
    from gate.model.source import Source, Sources
    from gate.syntax.oci_blobs import Store
    from gate.syntax.oci_images import Built, Images
    from gate.syntax.oci_layers import Watch
    from gate.syntax.oci_stores import Packed

#: What one of the documents contains, each worth parsing the file for.
_MARKS = (b"manifests", b"config", b"Config", b"rootfs", b"imageLayoutVersion")


def claims(source: Source) -> bool:
    """Take archives, and documents that are of an image and of nothing else that has such a name."""
    from gate.syntax.oci_archive import compression, is_archive

    head = source.data[:1024]
    if is_archive(head) or (isinstance(source, Archive) and compression(head)):
        return True
    return not isinstance(source, Archive) and _kind(source) != ""


def _kind(source: Source) -> str:
    """Say which document a file is: a layout's marker, index, manifest, saved manifest or configuration."""
    if not source.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")) or not any(
        mark in source.data for mark in _MARKS
    ):
        return ""
    from gate.dialects.image_config import is_config
    from gate.syntax import oci_images
    from gate.syntax.json import parse
    from gate.syntax.tree import Mapping

    root = parse(source).root
    kinds = {
        "marker": isinstance(root, Mapping) and root.get("imageLayoutVersion") is not None,
        "index": oci_images.is_index(root),
        "manifest": oci_images.is_manifest(root),
        "saved": oci_images.is_saved(root),
        "config": is_config(root),
    }
    return next((kind for kind, found in kinds.items() if found), "")


def read(source: Source, sources: Sources) -> Reading:
    """Return the images that an archive, a folder or a configuration holds."""
    from gate.syntax.oci_archive import is_archive

    if is_archive(source.data[:1024]):
        return _archive(source, sources)
    if isinstance(source, Archive):
        problem = InputError("is compressed", at=whole_file(source.path), remedy="decompress it and judge the archive")
        return Reading(problems=(problem,))
    kind = _kind(source)
    return _config(source) if kind == "config" else _folder(source, sources, kind)


def _archive(source: Source, sources: Sources) -> Reading:
    from gate.syntax.oci_stores import Packed

    try:
        stream = sources.stream(source.path) if isinstance(source, Archive) else Held(source.data)
    except InputError as error:
        return Reading(problems=(error,))
    if stream is None:
        problem = InputError("is gone", at=whole_file(source.path), remedy="judge files that nobody changes meanwhile")
        return Reading(problems=(problem,))
    try:
        return _packed(Packed(stream, source.path))
    except InputError as error:
        return Reading(problems=(error,))
    finally:
        stream.close()


def _packed(store: Packed) -> Reading:
    """Read an archive whose headers have been read; one of something else is passed over."""
    from gate.syntax.oci_images import INDEX, LAYOUT, MANIFEST, OLD, Images

    names = store.names
    is_image = any(_is_of_image(name) for name in names) or _is(store, MANIFEST, "saved")
    if is_image and store.problem is not None:
        return Reading(problems=(store.problem,))
    if not is_image or not {LAYOUT, INDEX, MANIFEST, OLD} & set(names):
        other = Skipped(whole_file(store.path), "is an archive of something other than images")
        return Reading(skipped=(other,))
    images = Images(store, watch=_watch())
    if LAYOUT in names or INDEX in names:
        images.layout()
    if MANIFEST in names or not images.has_any:
        images.saved()
    return _reading(images, store.path)


def _is_of_image(name: str) -> bool:
    """Say whether only an image's archive has a member of this name: a marker, or one named by a digest."""
    from gate.syntax.oci_images import LAYOUT, OLD, stated_digest

    first, _, rest = name.partition("/")
    return name in (LAYOUT, OLD) or bool(stated_digest(first)) or (first == "blobs" and bool(stated_digest(rest)))


def _folder(source: Source, sources: Sources, kind: str) -> Reading:
    """Read the folder that a document stands in, if this document is the one that speaks for it."""
    from gate.syntax.oci_images import INDEX, LAYOUT, MANIFEST, Images
    from gate.syntax.oci_stores import Folder

    folder, _, name = source.path.rpartition("/")
    store = Folder(sources, folder)
    beside = {path.rpartition("/")[2] for path in sources.list(folder)}
    is_layout = {LAYOUT, INDEX} <= beside
    images = Images(store, flat=name == MANIFEST and kind != "saved", watch=_watch())
    if is_layout and (kind == "saved" or (kind == "marker" and _is(store, INDEX, "index"))):
        return Reading()
    if kind == "marker" or (kind == "index" and name == INDEX and (is_layout or _has_blobs(sources, folder))):
        images.layout()
        if _is(store, MANIFEST, "saved"):
            images.saved()
    elif kind == "saved" and name == MANIFEST:
        images.saved()
    elif name == MANIFEST and "version" in beside:
        images.folder()
    else:
        images.skipped.append(Skipped(whole_file(source.path), "speaks of an image that is not beside it"))
    return _reading(images, source.path)


def _is(store: Store, name: str, kind: str) -> bool:
    """Say whether a file beside the one at hand is a certain document."""
    try:
        source = store.document(name)
    except InputError:
        return False
    return source is not None and _kind(source) == kind


def _has_blobs(sources: Sources, folder: str) -> bool:
    return any(True for _ in sources.list(f"{folder}/blobs/sha256" if folder else "blobs/sha256"))


def _config(source: Source) -> Reading:
    from gate.dialects.image_config import Config
    from gate.syntax.oci_images import Built

    built = Built(source, f"sha256:{source.digest}", (), (), {}, whole_file(source.path))
    try:
        return Reading((Config(built).image(built, id=source.path, name=source.path),))
    except InputError as error:
        return Reading(problems=(error,))


def _reading(images: Images, path: str) -> Reading:
    """Return the images that were found, each under an id of its own, and the names that they answer to."""
    from gate.dialects.image_config import Config

    problems = [*images.problems]
    configs: list[tuple[Built, Config]] = []
    for built in images.built.values():
        try:
            configs.append((built, Config(built)))
        except InputError as error:
            problems.append(error)
    subjects: list[Image] = []
    definitions: list[Definition] = []
    for (built, config), name in zip(configs, _told_apart(configs), strict=True):
        image = config.image(built, id=f"{path}#{name}", name=built.names[0] if built.names else f"{path}#{name}")
        subjects.append(_filled(image, built, config, images))
        definitions += (Definition("image", one, image.at, Stated(image.id, image.at)) for one in _answers(built))
    return Reading(tuple(subjects), tuple(definitions), tuple(problems), tuple(images.skipped))


def _watch() -> Watch:
    from gate.dialects.image_contents import WATCH

    return WATCH


def _filled(image: Image, built: Built, config: Config, images: Images) -> Image:
    """Return an image with what its layers show; those of Windows have no files that tell."""
    if built.layers is None or config.system == "windows":
        return image
    from gate.dialects.image_contents import contents
    from gate.dialects.provenance import annotated, base, finished

    about = [statement for digest in built.digests for statement in images.attested.get(digest, ())]
    traces = dict.fromkeys(trace for statement in about for trace in finished(statement))
    traces |= dict.fromkeys(annotated(built.annotations))
    found = contents(built.layers, tuple(traces), image.at)
    used = base(about) if isinstance(image.base_name, Unknown) and isinstance(found.system, Stated) else None
    return replace(image, contents=found, base_name=used or image.base_name)


def _answers(built: Built) -> Iterator[str]:
    """Yield what the image is called by references to it, as far as it has names that can be referred to."""
    names = [identity(name) for name in built.names]
    yield from dict.fromkeys(name for name in (*names, *(f"@{digest}" for digest in built.digests)) if name)


def _told_apart(configs: list[tuple[Built, Config]]) -> Iterator[str]:
    """Call images by their names, with the platform where several share one, or by the digest, which none share."""
    names = [built.names[0] if built.names else built.digest for built, _config in configs]
    longer = [f"{config.platform}/{name}" for (_built, config), name in zip(configs, names, strict=True)]
    often, longer_often = _counted(names), _counted(longer)
    for name, long, (built, _config) in zip(names, longer, configs, strict=True):
        yield name if often[name] == 1 else long if longer_often[long] == 1 else built.digest


def _counted(names: list[str]) -> dict[str, int]:
    counts = dict.fromkeys(names, 0)
    for name in names:
        counts[name] += 1
    return counts


READER = Reader("oci", ("oci",), claims, read)
