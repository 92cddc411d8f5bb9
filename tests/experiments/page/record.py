"""Record the latent explorer of a run on drawn faces as a film for the README.

python -m tests.experiments.page.record runs/vae                    -> docs/gallery/explorer.webp
python -m tests.experiments.page.record runs/vae --out film.webp
"""

import argparse
import base64
import io
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from data.atomic import write_bytes
from experiments.report import write_report
from experiments.runs.folder import UsageError
from experiments.runs.saved import read_config
from tests.fakes.chromium import Browser, find_chromium

MAX_BYTES = 600_000
FRAME, HOLD = 110, 900  # milliseconds that a picture of a movement is shown, and the last one of it
WAY = 14  # pictures of the way from one face to another
SHIFTS = (*np.linspace(0, 2.5, 6), *np.linspace(2.5, -2.5, 11), *np.linspace(-2.5, 0, 6))
PLAYER = "document.querySelector('.explorer')"
SHOWN = f"Number({PLAYER}.dataset.shown || 0)"


class Camera:
    """Photographs of the explorer, each after the models have painted what was asked."""

    def __init__(self, browser: Browser):
        self.browser = browser
        self.pictures: list[Image.Image] = []
        self.times: list[int] = []
        browser.evaluate(f"{PLAYER}.scrollIntoView({{behavior: 'instant'}})")
        self._wait(0)

    def do(self, action: str, hold: int = FRAME) -> None:
        """Run a line of JavaScript that moves the code, wait for its pictures, and photograph them."""
        before = self.browser.evaluate(SHOWN)
        self.browser.evaluate(f"{action}; null")
        self._wait(before)
        box = self.browser.evaluate(
            f"(p => {{ const r = p.getBoundingClientRect(); const y = scrollY + r.top;"
            f" return {{x: r.left, y, width: r.width, height: r.height, scale: 1}}; }})({PLAYER})"
        )
        answer = self.browser.send("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=box)
        self.pictures.append(Image.open(io.BytesIO(base64.b64decode(answer["data"]))).convert("RGB"))
        self.times.append(hold)

    def move(self, slider: str, values) -> None:
        """Take a slider, given by a JavaScript expression, through values."""
        for i, value in enumerate(values):
            hold = HOLD if i + 1 == len(values) else FRAME
            self.do(f"(s => {{ s.value = {value}; s.dispatchEvent(new Event('input')); }})({slider})", hold)

    def press(self, button: str) -> None:
        """Click a button of the explorer by its words."""
        self.do(f"[...{PLAYER}.querySelectorAll('button')].find(b => b.textContent === '{button}').click()", HOLD)

    def _wait(self, after: int) -> None:
        look = f"const look = () => {SHOWN} > {after} ? done() : setTimeout(look, 10); look();"
        self.browser.evaluate(f"new Promise(done => {{ {look} }})")


def record(run: Path) -> bytes:
    """The film of a run's explorer as an animated WebP of at most MAX_BYTES.

    Raises:
        UsageError: there is no Chromium, or the faces were not drawn by the program.
    """
    if find_chromium() is None:
        raise UsageError("no Chromium found: install it or set CHROMIUM to its path")
    if not read_config(run, "vae")["data"].get("drawn"):
        raise UsageError(f"{run}: its faces are not drawn ones: only those may be published")
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        (Path(folder) / "vae").symlink_to(run.resolve())
        browser.load(write_report(Path(folder), Path(folder) / "page"), width=760, height=900)
        camera = Camera(browser)
        camera.press("Back")
        camera.move(f"{PLAYER}.querySelector('label input')", np.linspace(0, 1, WAY))
        camera.press("Next face")
        for i in range(2):
            camera.move(f"{PLAYER}.querySelectorAll('fieldset input')[{i}]", SHIFTS)
        for _ in range(3):
            camera.press("Draw from the prior")
    return film(camera.pictures, camera.times)


def film(pictures: list[Image.Image], times: list[int]) -> bytes:
    """The pictures, all as large as the largest of them, with loss as great as `MAX_BYTES` asks."""
    size = max(p.width for p in pictures), max(p.height for p in pictures)
    sheets = [Image.new("RGB", size, p.getpixel((3, 3))) for p in pictures]
    for sheet, picture in zip(sheets, pictures, strict=True):
        sheet.paste(picture)
    for quality in (80, 65, 50, 35, 20):
        buffer = io.BytesIO()
        options = {"append_images": sheets[1:], "duration": times, "loop": 0, "quality": quality}
        sheets[0].save(buffer, "WEBP", save_all=True, minimize_size=True, **options)
        if buffer.tell() <= MAX_BYTES:
            return buffer.getvalue()
    raise UsageError(f"the film has {buffer.tell():,} bytes, expected at most {MAX_BYTES:,}: record fewer pictures")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="run folder of problem 2")
    parser.add_argument("--out", type=Path, default=Path("docs/gallery/explorer.webp"), help="file (%(default)s)")
    args = parser.parse_args()
    content = record(args.run)
    write_bytes(args.out, content)
    print(f"{args.out}: {len(content) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
