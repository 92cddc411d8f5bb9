"""The page's JavaScript: ES modules in files of their own, joined into one inline module."""

import re
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
# A module stands after those that it imports from.
MODULES = ("numbers", "elements", "map", "figures", "played", "recurrent", "tomorrow", "dial", "decoder", "explorer")
IMPORT = re.compile(r"""^import \{[^}]*\} from "\./\w+\.js";\n""", re.MULTILINE)
EXPORT = re.compile(r"^export (?=async function|function|const|class)", re.MULTILINE)


def bundle(modules: Sequence[str] = MODULES) -> str:
    """The modules as one: without their imports and exports all names are in one scope, where each is unique."""
    sources = [(HERE / f"{name}.js").read_text(encoding="utf-8") for name in modules]
    return "\n".join(EXPORT.sub("", IMPORT.sub("", source)) for source in sources)
