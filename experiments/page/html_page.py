"""The page: one HTML file that needs nothing else, with a policy that forbids it to load or run anything else.

The Content-Security-Policy names the style sheet and the script by their hashes; should a hostile name ever slip
through the escaping, the browser still refuses to run it (W3C, "Content Security Policy Level 3").
"""

import base64
import hashlib
import re
from html import escape
from pathlib import Path
from string import Template

from experiments import markdown
from experiments.page.inline_map import inline_map, legend, map_css
from experiments.page.pictures import MEDIA_TYPE, inlined
from experiments.page.study import Folded, Highlights, Item, Part, Picture, Study, WorldMap

HERE = Path(__file__).parent


def page(studies: list[Study]) -> str:
    """The studies as one HTML document; the same studies give the same text."""
    style = (HERE / "page.css").read_text(encoding="utf-8") + map_css()
    script = (HERE / "page.js").read_text(encoding="utf-8")
    template = Template((HERE / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        policy=f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'",
        style=style,
        script=script,
        contents="\n".join(map(_contents, studies)),
        studies="\n".join(map(_study, studies)),
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _contents(study: Study) -> str:
    items = "".join(
        f'<li><a href="#{_anchor(study, item)}"><span class="numeral">{item.numeral}</span> {escape(item.heading)}</a>'
        for item in study.items
    )
    return f'<p><a href="#{study.name}">{study.number}</a></p>\n<ol>{items}</ol>'


def _anchor(study: Study, item: Item) -> str:
    return f"{study.name}-{item.numeral}"


def _study(study: Study) -> str:
    heading = (
        f'<section id="{study.name}" class="study" aria-labelledby="{study.name}-title">\n'
        f'<h2 id="{study.name}-title"><span class="number">{study.number}</span> {escape(study.title)}</h2>'
    )
    items = "\n".join(_item(study, item) for item in study.items)
    return "\n".join([heading, _missing(study) if study.missing else _introduction(study) + items, "</section>"])


def _missing(study: Study) -> str:
    return (
        f'<p class="missing">Not here: {escape(study.missing)}. This command makes it:</p>\n'
        f"<pre><code>{escape(study.command)}</code></pre>"
    )


def _introduction(study: Study) -> str:
    stamp = f'<p class="stamp">{escape(study.stamp)}</p>\n' if study.stamp else ""
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in study.facts)
    notes = "".join(f"<li>{escape(note)}</li>" for note in study.notes)
    return (
        stamp
        + _highlights(study.highlights)
        + f'<dl class="facts">{facts}<div><dt>Command</dt><dd>{_command(study)}</dd></div></dl>\n'
        + (f"<details><summary>Notes on the data</summary><ul>{notes}</ul></details>\n" if notes else "")
    )


def _highlights(highlights: Highlights) -> str:
    if not highlights.numbers:
        return ""
    numbers = "".join(
        f"<div><dt>{escape(whose)}</dt><dd>{escape(value)}</dd></div>" for value, whose in highlights.numbers
    )
    return f'<p class="highlights-title">{escape(highlights.title)}</p>\n<dl class="highlights">{numbers}</dl>\n'


def _command(study: Study) -> str:
    """The command, broken between its words and not within them, where a break could be taken for a blank."""
    return f"<code>{' '.join(f'<span>{escape(word)}</span>' for word in _words(study.command))}</code>"


def _words(command: str) -> list[str]:
    """The words of a command as they stand there: a blank within quotes parts none."""
    return re.findall(r"""(?:'[^']*'|"[^"]*"|\S)+""", command)


def _item(study: Study, item: Item) -> str:
    anchor = _anchor(study, item)
    body = "\n".join(_part(part, anchor) for part in item.parts) or "<p>The run left nothing for this item.</p>"
    links = ", ".join(
        f'<a href="#{markdown.heading_anchor(study.name, heading)}">{escape(heading)}</a>' for heading in item.discussed
    )
    discussed = f"<span>Discussed under {links}</span>" if links else ""
    return (
        f'<section id="{anchor}" class="item" aria-labelledby="{anchor}-title">\n'
        f'<h3 id="{anchor}-title"><span class="numeral">{item.numeral}</span> {escape(item.heading)}</h3>\n'
        f'<p class="task">{escape(item.task)}</p>\n{body}\n'
        f"<footer>{discussed}<span>Made by {_command(study)}</span></footer>\n</section>\n"
    )


def _part(part: Part, anchor: str) -> str:
    match part:
        case Picture():
            return _picture(part)
        case WorldMap():
            return _world_map(part)
        case Folded():
            body = markdown.to_html(part.markdown)
            return f"<details><summary>{escape(part.summary)}</summary>\n{body}</details>"
    return f'<div class="text">\n{markdown.to_html(part, anchor=anchor.partition("-")[0], level=3)}</div>'


def _picture(picture: Picture) -> str:
    content, width, height, moves = inlined(picture.path)
    data = base64.b64encode(content).decode()
    kind = "film" if moves else "still"
    return (
        f'<figure><div class="frame"><img class="{kind}" src="data:{MEDIA_TYPE};base64,{data}" '
        f'width="{width}" height="{height}" alt="{escape(picture.alt)}"></div>\n'
        f"<figcaption>{markdown.inline(picture.caption)}</figcaption></figure>"
    )


def _world_map(world: WorldMap) -> str:
    return (
        f'<figure class="map"><p class="map-heading">{escape(world.heading)}</p>\n'
        f"{inline_map(world.path, world.heading)}\n{legend(world.labels)}\n"
        f"<figcaption>{escape(world.caption)} {escape(world.coverage)}.</figcaption>\n"
        '<p class="map-note" aria-hidden="true" hidden></p></figure>'
    )
