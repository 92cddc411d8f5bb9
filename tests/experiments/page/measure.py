"""Measure a page of results in Chromium: its size, its size in print, and how long the explorer takes for a face.

python -m tests.experiments.page.measure report/index.html
"""

import argparse
import base64
import re
from pathlib import Path

import numpy as np

from experiments.page.scripts import bundle
from experiments.runs.folder import UsageError
from tests.fakes.chromium import Browser, find_chromium

MAX_PRINTED = 10_000_000  # bytes
FACES = 40  # decoded by each model, after some that warm the browser's compiler up

# The models of the page decode draws of N(0, I), as the explorer does; milliseconds for each.
DECODING = """(async () => { %s
  const data = dataOf(document.querySelector(".explorer"));
  const pictures = data.pictures && (await unpacked(data.pictures));
  const times = {};
  for (const { name, decoder } of data.models) {
    const ready = await readDecoder(decoder, pictures);
    times[name] = Array.from({ length: %d }, () => {
      const code = Float32Array.from({ length: data.latent }, () => 4 * Math.random() - 2);
      const started = performance.now();
      decode(ready, code);
      return performance.now() - started;
    });
  }
  return times;
})()"""


def printed(browser: Browser) -> bytes:
    """The page that is open, as a PDF, once all its pictures are there."""
    browser.evaluate("Promise.all([...document.images].map(i => i.decode().catch(() => null))).then(() => null)")
    return base64.b64decode(browser.send("Page.printToPDF", printBackground=True)["data"])


def milliseconds_a_face(browser: Browser) -> dict[str, float]:
    """The median time of each model of the page that is open; empty without an explorer."""
    if not browser.evaluate("Boolean(document.querySelector('.explorer'))"):
        return {}
    times = browser.evaluate(DECODING % (bundle(["numbers", "decoder"]), 2 * FACES))
    return {name: float(np.median(each[FACES:])) for name, each in times.items()}


def measure(page: Path) -> list[str]:
    """What is found, a line for each number.

    Raises:
        UsageError: there is no Chromium, no page, or the page is too large in print.
    """
    if find_chromium() is None:
        raise UsageError("no Chromium found: install it or set CHROMIUM to its path")
    if not page.is_file():
        raise UsageError(f"{page}: no such file; python -m experiments report makes a page")
    with Browser() as browser:
        browser.load(page)
        times, pdf = milliseconds_a_face(browser), printed(browser)
    if len(pdf) > MAX_PRINTED:
        raise UsageError(f"{page}: {len(pdf) / 1e6:.1f} MB in print, expected at most {MAX_PRINTED / 1e6:.0f} MB")
    sheets = len(re.findall(rb"/Type\s*/Page\b", pdf))
    return [
        f"page       {page.stat().st_size / 1e6:.1f} MB",
        f"in print   {len(pdf) / 1e6:.1f} MB, {sheets} sheets",
        *(f"{name:<10} {time:.1f} ms a face" for name, time in times.items()),
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path, help="index.html that python -m experiments report wrote")
    try:
        print("\n".join(measure(parser.parse_args(arguments).page)))
    except UsageError as error:
        parser.exit(2, f"{error}\n")
    return 0


if __name__ == "__main__":
    main()
