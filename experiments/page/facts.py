"""What a run was made from and with, as rows (name, value) of the page, from its config.json."""

from typing import Any

VERSIONS = {"python": "Python", "numpy": "NumPy", "blas": "BLAS", "commit": "commit"}
Facts = tuple[tuple[str, str], ...]


def command_of(config: dict[str, Any], study: str) -> str:
    """The command that made the run."""
    return str(config.get("environment", {}).get("command", f"python -m experiments {study}"))


def data_facts(data: dict[str, Any]) -> Facts:
    """The data's source and the first digits of its SHA-256."""
    digest = str(data.get("sha256") or "")
    return (("Data", str(data["source"]) + (f" (SHA-256 {digest[:12]}…)" if digest else "")),)


def run_facts(config: dict[str, Any]) -> Facts:
    """Versions, commit, time and memory, as far as the run recorded them."""
    environment = config.get("environment", {})
    versions = [f"{words} {environment[key]}" for key, words in VERSIONS.items() if environment.get(key)]
    cost = [f"{config['wall_seconds']:.0f} s"] if config.get("wall_seconds") is not None else []
    cost += [f"{environment['cores']} cores"] if environment.get("cores") else []
    cost += [f"{config['peak_memory_mb']:.0f} MB of memory at most"] if config.get("peak_memory_mb") else []
    facts = {"Made with": versions, "Took": cost}
    return tuple((name, ", ".join(words)) for name, words in facts.items() if words)
