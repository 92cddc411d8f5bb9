"""Counts of what was tried and of what failed, by kind, printed as they come and as a table at the end."""

from collections import Counter
from dataclasses import dataclass, field

KINDS = {
    "kills": "kills after which the run ended with the same bytes",
    "faults": "faults of the machine told in one line, or got over, with nothing lost",
    "hostile": "hostile inputs refused in one line or read right",
    "damage": "files with flipped bits or cut short that were refused or read right",
}


@dataclass
class Tally:
    """What was tried and what failed."""

    tried: Counter = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    bad: Counter = field(default_factory=Counter)

    def note(self, kind: str, what: str, complaint: str, count: int = 1) -> bool:
        """Count one trial (or several that one check ended); gives whether it went well."""
        self.tried[kind] += count
        if complaint:
            self.bad[kind] += 1
            self.failures.append(f"{kind}: {what}: {complaint}")
            print(f"FAILED {self.failures[-1]}", flush=True)
        return not complaint

    def table(self) -> str:
        rows = [
            f"{self.tried[kind] - self.bad[kind]:6,} of {self.tried[kind]:6,} {words}" for kind, words in KINDS.items()
        ]
        return "\n".join(rows)
