"""Markdown to HTML that is safe to publish whatever the text holds.

CommonMark with tables (markdown-it-py), without the three things that could load something from outside the page: raw
HTML is shown as text, pictures and links are disabled. Alignment is a class, because the page forbids inline styles.
"""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

FORBIDDEN = ["image", "link", "autolink", "reference"]
_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table").disable(FORBIDDEN)
# A group and not a region: regions are landmarks, and a page with fifty of one name has none.
_SCROLLER = '<div class="scroll" role="group" aria-label="table" tabindex="0">\n<table>\n'
_PARSER.add_render_rule("table_open", lambda self, tokens, index, options, env: _SCROLLER)
_PARSER.add_render_rule("table_close", lambda self, tokens, index, options, env: "</table>\n</div>\n")


def to_html(text: str, *, anchor: str = "", level: int = 1) -> str:
    """The text as HTML blocks.

    Args:
        anchor: begins the ``id`` of every heading (`heading_anchor`).
        level: the HTML level of a ``#`` heading; 3 turns ``##`` into ``<h4>``.
    """
    tokens = _PARSER.parse(text)
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + level - 1)}"
        if token.type == "heading_open" and anchor and following is not None:
            token.attrSet("id", heading_anchor(anchor, following.content))
        if token.type in ("th_open", "td_open"):
            _align_by_class(token)
    for opening, content, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type == "th_open" and not content.content:
            opening.tag = closing.tag = "td"  # without words it is the heading of nothing
    return _render(tokens)


def inline(text: str) -> str:
    """One line of Markdown as HTML without a paragraph around it."""
    return _render(_PARSER.parseInline(text))


def heading_anchor(prefix: str, heading: str) -> str:
    """ "rnn", "Which cell?" -> "rnn-which-cell"."""
    return "-".join([prefix, *re.findall(r"[a-z0-9]+", heading.lower())])


def code_block(text: str) -> str:
    """Markdown that shows the text as it is, whatever it holds."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], align: str) -> str:
    """A Markdown table; ``align`` has a letter for each column, l or r."""
    marks = [{"l": "---", "r": "---:"}[letter] for letter in align]
    return "\n".join(f"| {' | '.join(map(_one_line, cells))} |" for cells in [header, marks, *rows])


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _align_by_class(token: Token) -> None:
    if str(token.attrs.pop("style", "")).endswith("right"):
        token.attrSet("class", "number")


def _render(tokens: list[Token]) -> str:
    return str(_PARSER.renderer.render(tokens, _PARSER.options, {}))
