"""The page: one HTML file that needs nothing else, with a policy that forbids it to load or run anything else.

The templates are Jinja2's with autoescape: whatever comes from a file or a name is text unless a filter of this module
made HTML of it. The Content-Security-Policy names the style sheet and the script by their hashes; if a hostile name
ever slipped through the escaping, the browser would still refuse to run it (W3C, "Content Security Policy Level 3").
"""

import base64
import hashlib
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from experiments import markdown
from experiments.letters import readable
from experiments.page.backpropagation import backpropagation, drawn_graph
from experiments.page.inline_map import read_map
from experiments.page.outline import simplified
from experiments.page.pictures import grid_of_pictures, inlined
from experiments.page.scripts import bundle
from experiments.page.study import Study

HERE = Path(__file__).parent


def page(studies: list[Study]) -> str:
    """The studies as one HTML document; the same studies give the same text."""
    style = (HERE / "page.css").read_text(encoding="utf-8")
    script = bundle()
    player = backpropagation()  # a document within the document, under the same policy
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(style)} {_hash(_inside(player, 'style'))}; "
        f"script-src {_hash(script)} {_hash(_inside(player, 'script'))}; base-uri 'none'; form-action 'none'"
    )
    template = _environment().get_template("page.html")
    return readable(
        template.render(
            studies=studies,
            player=player,
            graph=drawn_graph(),
            policy=policy,
            style=Markup(style),
            script=Markup(script),
        )
    )


def command_words(command: str) -> list[str]:
    """The words of a command as they stand there: a space within quotes parts none.

    The page breaks a long command between them. A break within a word could be taken for a space.
    """
    return re.findall(r"""(?:'[^']*'|"[^"]*"|\S)+""", command)


def _unbroken(html: str) -> str:
    """Lines do not end within "65.7 %" or "L = 7"."""
    return re.sub(r"(?<=\d) %", "\u00a0%", html).replace("L = ", "L\u00a0=\u00a0")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _inside(html: str, tag: str) -> str:
    """What stands between the tags of the one element of this name that has no attributes."""
    (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    return text


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "markdown": lambda text, prefix="": Markup(_unbroken(markdown.to_html(text, anchor=prefix, level=3))),
        "markdown_line": lambda text: Markup(_unbroken(markdown.inline(text))),
        "words": command_words,
        "inlined": inlined,
        "grid_of_pictures": grid_of_pictures,
        "map_shapes": read_map,
        "simplified": simplified,
    }
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    environment.globals |= {"heading_anchor": markdown.heading_anchor}
    return environment
