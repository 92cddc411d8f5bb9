"""RESULTS.md: the page's words and numbers without its pictures."""

from html import escape

from experiments.letters import readable
from experiments.markdown import code_block
from experiments.page.study import Folded, Item, Part, Study
from experiments.prose import escaped


def results(studies: list[Study]) -> str:
    """The studies as one Markdown text: what was found first, long tables folded."""
    blocks = ["# Results", "\n".join(f"- {finding}" for study in studies for finding in study.story.findings)]
    blocks.append("The figures are in index.html, the numbers behind them in the folder csv.")
    for study in studies:
        blocks += _study(study)
    return readable("\n\n".join(filter(None, blocks)) + "\n")


def _study(study: Study) -> list[str]:
    blocks = [f"## {study.number}: {study.title}"]
    if study.missing:
        return [*blocks, f"Not here: {escaped(study.missing)}. This command makes it:", code_block(study.command)]
    if study.stamp:
        blocks.append(f"**{escaped(study.stamp)}**")
    for highlights in study.highlights:
        numbers = "\n".join(f"- **{escaped(value)}** {escaped(words)}" for value, words in highlights.numbers)
        blocks.append(f"{escaped(highlights.title)}:\n\n{numbers}")
    for item in study.items:
        blocks += _item(item)
    blocks.append(f"### How {study.number} was run")
    blocks.append("\n".join(f"- {name}: {escaped(value)}" for name, value in study.facts))
    blocks.append("\n".join(f"- Note: {escaped(note)}" for note in study.notes))
    blocks.append(code_block(study.command))
    return [block for block in blocks if block]


def _item(item: Item) -> list[str]:
    texts = [text for text in map(_text, item.parts) if text]
    return [f"### {item.numeral}. {item.heading}", f"*{item.task}*", *texts]


def _text(part: Part) -> str:
    if isinstance(part, Folded):
        return f"<details><summary>{escape(part.summary)}</summary>\n\n{part.markdown}\n\n</details>"
    return _headings_below(part) if isinstance(part, str) else ""


def _headings_below(text: str) -> str:
    """Headings of a part, which start at ##, set below those of the items."""
    return "\n".join("##" + line if line.startswith("##") else line for line in text.splitlines())
