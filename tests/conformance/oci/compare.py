# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's reading of built images with skopeo's.

The gate may refuse what skopeo reads, and it may leave open or doubt what skopeo decides. It is wrong when it says
something else without a word, and when it judges an image that skopeo finds damaged.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from shutil import copytree, rmtree
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from gate.dialects.image_name import parse
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Items, Stated, known
from gate.model.image import Image
from gate.model.reader import Reading
from gate.pipeline.files import Files
from gate.pipeline.pulling import Pulled
from gate.readers.oci import READER
from tests.conformance.oci import generate, oracle
from tests.readers.layouts import CONFIG, FILES, Layout, digest, packed
from tests.registry.logins import auth, keep
from tests.registry.real import Registry

if TYPE_CHECKING:
    from gate.model.evidence import Setting
    from gate.model.source import Source

RANDOM, ODD, DAMAGED = 60, 200, 150
SERVED, SERVED_DAMAGED = 100, 80

#: What umoci is asked to configure.
MADE = (
    (),
    ("--config.user", "1000:1000"),
    ("--config.user", "app", "--config.env", "A=b=c", "--config.env", "B=", "--config.label", "gate.class=restricted"),
    ("--config.entrypoint", "/bin/x", "--config.cmd", "y", "--config.workingdir", "/srv", "--config.volume", "/data"),
    ("--created", "2020-01-02T03:04:05Z", "--history.created_by", "nobody", "--os", "linux", "--architecture", "arm64"),
)


class Tally:
    """What one set of images showed."""

    def __init__(self, name: str) -> None:
        """Start at nothing."""
        self.name = name
        self.equal = self.refused = self.open = self.stricter = 0
        self.wrong: list[str] = []

    def show(self) -> int:
        """Print one line, and what is wrong; return how much that is."""
        parts = f"{self.equal} equal, {self.refused} refused by both, {self.open} left open or in doubt"
        print(f"{self.name}: {parts}, {self.stricter} refused by the gate alone, {len(self.wrong)} wrong")
        for one in self.wrong[:10]:
            print(f"  {one}")
        return len(self.wrong)


def main(arguments: list[str]) -> int:
    """Compare every set."""
    absent = oracle.missing()
    if absent:
        print(f"cannot compare: {' and '.join(absent)} are not installed")
        return 1
    print(oracle.version())
    seed = next((int(one.partition("=")[2]) for one in arguments if one.startswith("--seed=")), 1)
    with TemporaryDirectory() as folder:
        sets = (_made, _random, _odd, _damaged, _damaged_archives, _served)
        wrong = sum(compare(Path(folder), Random(seed)).show() for compare in sets)
    return int(wrong > 0)


def read(path: Path, form: str) -> Reading:
    """Let the gate read an image in one form."""
    files = Files(str(path.parent.resolve()))
    file = oracle.FORMS[form]
    source = files.open(f"{path.name}/{file}") if file else files.archive(path.name)
    assert source is not None
    assert READER.claims(source), path
    return READER.read(source, files)


def _made(folder: Path, _random: Random) -> Tally:
    tally = Tally("made by umoci, in every form")
    for number, options in enumerate(MADE):
        here = folder / f"made{number}"
        here.mkdir()
        _every_form(here, oracle.umoci(here, *options), here / "layout", tally)
    return tally


def _random(folder: Path, random: Random) -> Tally:
    tally = Tally("random, in every form")
    for number in range(RANDOM):
        here = folder / f"random{number}"
        made = Layout()
        made.add(made.manifest(generate.configuration(random)), "web")
        _write(here / "layout", made.files())
        _every_form(here, f"oci:{here / 'layout'}:web", here / "layout", tally)
        rmtree(here)
    return tally


def _every_form(here: Path, reference: str, layout: Path, tally: Tally) -> None:
    _compare(read(layout, "oci"), reference, tally)
    for form in oracle.FORMS:
        target = here / f"copy-{form}"
        name = "" if form == "dir" else ":shop/web:1.0"
        oracle.copy(reference, f"{form}:{target}{name}")
        _compare(read(target, form), f"{form}:{target}{name}", tally)


def _odd(folder: Path, random: Random) -> Tally:
    """Compare configurations that Go reads in its own way; some of them it refuses."""
    tally = Tally("odd configurations")
    here = folder / "odd"
    for _ in range(ODD):
        made = Layout()
        manifest = made.manifest()
        text = generate.odd(generate.configuration(random), random)
        manifest["config"] = made.blob(text.encode(), CONFIG)
        made.add(manifest, "web")
        _write(here, made.files())
        before = len(tally.wrong)
        _compare(read(here, "oci"), f"oci:{here}:web", tally)
        tally.wrong[before:] = [f"{one} ({text})" for one in tally.wrong[before:]]
        rmtree(here)
    return tally


def _damaged(folder: Path, random: Random) -> Tally:
    """Damage a layout at random."""
    tally = Tally("damaged")
    made = Layout()
    made.add(made.manifest(generate.configuration(random), layers=[FILES]), "web")
    _write(folder / "whole", made.files())
    for number in range(DAMAGED):
        here, target = folder / "damaged", folder / "target"
        copytree(folder / "whole", here)
        what = _damage(here, random, number)
        files = Files(str(folder.resolve()))
        sources = [files.open(f"{here.name}/{name}") for name in ("index.json", "oci-layout")]
        _compare_copies(_is_judged(sources, files), f"oci:{here}:web", target, what, tally)
        rmtree(here)
    return tally


def _damaged_archives(folder: Path, random: Random) -> Tally:
    """Damage archives that skopeo made."""
    tally = Tally("damaged archives")
    for form in ("docker-archive", "oci-archive"):
        whole, target = folder / form, folder / "target"
        oracle.copy(f"oci:{folder / 'whole'}:web", f"{form}:{whole}:shop/web:1.0")
        for _ in range(DAMAGED):
            data = bytearray(whole.read_bytes())
            at, bit = random.randrange(len(data)), random.randrange(8)
            data[at] ^= 1 << bit
            (folder / "damaged.tar").write_bytes(bytes(data))
            files = Files(str(folder.resolve()))
            is_judged = _is_judged([files.archive("damaged.tar")], files)
            reference = f"{form}:{folder / 'damaged.tar'}"
            _compare_copies(is_judged, reference, target, f"{form} changed at {at}, bit {bit}", tally)
    return tally


def _served(folder: Path, random: Random) -> Tally:
    """Compare what a registry serves, which wants a login, and then what it serves once its files are damaged."""
    tally = Tally("served by a registry")
    with Registry(folder / "registry") as registry:
        logins = keep(folder / "auth.json", auths={registry.host: {"auth": auth()}})
        registries = folder / "home" / ".config" / "containers" / "registries.conf"
        registries.parent.mkdir(parents=True)
        registries.write_text(f'[[registry]]\nlocation = "{registry.host}"\ninsecure = true\n', encoding="utf-8")
        oracle.MORE.update(REGISTRY_AUTH_FILE=str(logins), HOME=str(folder / "home"))
        os.environ["REGISTRY_AUTH_FILE"] = str(logins)
        for number in range(SERVED):
            place = f"{registry.host}/random/image{number}:1"
            _push(folder, random, f"docker://{place}")
            reading = _pulled(folder, place)
            _compare(reading, f"docker://{place}", tally)
            tally.wrong += [f"{place}: {problem.cause}" for problem in reading.problems]
        for number in range(SERVED_DAMAGED):
            place = f"{registry.host}/damaged/image{number}:1"
            before = {path for path in (registry.folder / "data").rglob("data") if path.is_file()}
            _push(folder, random, f"docker://{place}")
            new = sorted({path for path in (registry.folder / "data").rglob("data") if path.is_file()} - before)
            what = _damage_one(random.choice(new), random, number)
            reading = _pulled(folder, place)
            is_judged = bool(reading.subjects) and not reading.problems
            _compare_copies(is_judged, f"docker://{place}", folder / "copy", f"{place}: {what}", tally)
    return tally


def _push(folder: Path, random: Random, target: str) -> None:
    """Have skopeo push a random image with a layer of its own."""
    made = Layout()
    layer = packed({"srv/random": random.randbytes(2000)})
    found = {**generate.configuration(random), "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest(layer)}"]}}
    made.add(made.manifest(found, [layer]), "web")
    _write(folder / "pushed", made.files())
    oracle.copy(f"oci:{folder / 'pushed'}:web", target)
    rmtree(folder / "pushed")


def _pulled(folder: Path, place: str) -> Reading:
    """Let the gate read an image of a registry."""
    name = parse(place)
    assert name is not None
    with TemporaryDirectory() as private:
        pulled = Pulled(private, name, str(folder))
        try:
            source = pulled.open(f"{place}/index.json")
        except InputError as error:
            return Reading(problems=(error,))
        assert source is not None
        return READER.read(source, pulled)


def _compare_copies(is_judged: bool, reference: str, target: Path, what: str, tally: Tally) -> None:
    """Compare with a copy, which makes skopeo look at every byte."""
    try:
        oracle.copy(reference, f"dir:{target}")
    except oracle.Refused as refusal:
        tally.refused += not is_judged
        tally.wrong += [f"{what}: judged, and skopeo finds it damaged: {refusal}"] * is_judged
    else:
        tally.equal += is_judged
        tally.stricter += not is_judged
    rmtree(target, ignore_errors=True)


def _is_judged(sources: list[Source | None], files: Files) -> bool:
    """Say whether the gate judges an image, by whichever of its files, and finds nothing wrong."""
    readings = [READER.read(source, files) for source in sources if source is not None and READER.claims(source)]
    return any(reading.subjects for reading in readings) and not any(reading.problems for reading in readings)


def _damage(here: Path, random: Random, number: int) -> str:
    paths = sorted(path for path in here.rglob("*") if path.is_file() and path.name != "oci-layout")
    return _damage_one(random.choice(paths), random, number)


def _damage_one(path: Path, random: Random, number: int) -> str:
    data = bytearray(path.read_bytes())
    at = random.randrange(len(data))
    if number % 4 == 0:
        path.unlink()
        return f"{path.name[:12]} removed"
    if number % 4 == 1:
        path.write_bytes(bytes(data[:at]))
        return f"{path.name[:12]} cut at {at}"
    if number % 4 == 2:
        path.write_bytes(bytes(data) + b" ")
        return f"{path.name[:12]} lengthened"
    data[at] ^= 1 << random.randrange(8)
    path.write_bytes(bytes(data))
    return f"{path.name[:12]} changed at {at}"


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _compare(reading: Reading, reference: str, tally: Tally) -> None:
    """Compare what was read with what skopeo says of the same image."""
    images = [subject for subject in reading.subjects if isinstance(subject, Image)]
    try:
        wanted = oracle.configuration(reference)
    except oracle.Refused:
        is_open = any(image.doubts or _is_open(image) for image in images)
        tally.refused += not images
        tally.open += bool(images) and is_open
        tally.wrong += [f"{reference}: read, and skopeo refuses it"] * (bool(images) and not is_open)
        return
    if len(images) != 1:
        tally.stricter += 1
        return
    differing = [name for name, is_equal in _questions(images[0], wanted).items() if not is_equal]
    if differing and images[0].doubts:
        tally.open += 1
    elif differing:
        tally.wrong.append(f"{reference}: {', '.join(differing)} of {wanted}")
    else:
        tally.equal += 1


def _is_open(image: Image) -> bool:
    settings: tuple[Setting[Any], ...] = (image.user, image.working_directory, image.entrypoint, image.created)
    lists = (image.labels, image.environment, image.volumes, image.history)
    variables = (known(member) for member in (*image.labels.members, *image.environment.members))
    settings += tuple(one.value for one in variables if one is not None)
    return any(not isinstance(one, Stated | Defaulted) for one in settings) or any(
        not one.complete or any(not isinstance(member, Stated) for member in one.members) for one in lists
    )


def _questions(image: Image, wanted: dict[str, Any]) -> dict[str, bool]:
    runtime = wanted.get("config", {})
    user = known(image.user)
    environment = dict(one.partition("=")[::2] for one in runtime.get("Env") or ())
    history = wanted.get("history") or []
    entries = [(one.get("created"), one.get("created_by", ""), one.get("empty_layer", False)) for one in history]
    return {
        "user": (user.text if user is not None else None) == (runtime.get("User") or "root"),
        "environment": _variables(image.environment) == environment,
        "labels": _variables(image.labels) == (runtime.get("Labels") or {}),
        "entrypoint": known(image.entrypoint) == tuple(runtime.get("Entrypoint") or ()),
        "working directory": known(image.working_directory) == (runtime.get("WorkingDir") or "/"),
        "volumes": sorted(known(one) or "" for one in image.volumes.members) == sorted(runtime.get("Volumes") or ()),
        "created": _same_time(image.created, wanted.get("created")),
        "history": _history(image) == [(_time(created), by, is_empty) for created, by, is_empty in entries],
    }


def _variables(items: Items[Any]) -> dict[str, str | None]:
    return {one.name: known(one.value) for one in map(known, items.members) if one is not None}


def _history(image: Image) -> list[tuple[str | None, str, bool]]:
    entries = (known(member) for member in image.history.members)
    return [(_time(known(one.created)), one.created_by, one.empty_layer) for one in entries if one is not None]


def _same_time(found: Setting[str], wanted: str | None) -> bool:
    return _time(known(found)) == _time(wanted)


def _time(text: str | None) -> str | None:
    """Spell an instant as Go does, which drops zeroes at the end of a fraction."""
    return text.rstrip("Z").rstrip("0").rstrip(".") if text is not None and text.endswith("Z") else text
