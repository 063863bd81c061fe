"""Write schemas/*.schema.json from the vocabularies and forms that the gate itself checks with.

    python scripts/generate_schemas.py [--check]

`--check` writes nothing and fails when a file is not what it should be.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "scripts"))

from json_schemas import baseline, data, declaration, policy, policy_tests, report  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from json_schemas.parts import Json

FOLDER = ROOT / "schemas"


def texts() -> dict[Path, str]:
    """Return what every file should hold."""
    built: dict[str, Json] = {
        "baseline": baseline.schema(),
        "data": data.schema(),
        "declaration": declaration.schema(),
        "policy": policy.schema(),
        "policy-tests": policy_tests.schema(),
        "report": report.schema(),
    }
    return {
        FOLDER / f"{name}.schema.json": json.dumps(schema, indent=2, ensure_ascii=True) + "\n"
        for name, schema in built.items()
    }


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` say which are not what they should be."""
    stale = {
        path: text for path, text in texts().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date: run scripts/generate_schemas.py", file=sys.stderr)
        return 1 if stale else 0
    FOLDER.mkdir(exist_ok=True)
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
