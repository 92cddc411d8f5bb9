"""`pip install .` brings the engine under a name of its own, and it works beside the other package called autograd."""

import subprocess
import sys
import tomllib

import pytest

import autograd
from tests.house.test_documentation import ROOT

PROGRAM = """
import numpy as np
import autograd                     # the other package of that name
import headgrad                     # ours
from headgrad import Tensor, binary_cross_entropy_with_logits, nn, optim

assert not hasattr(autograd, "Tensor"), autograd.__file__
assert headgrad.__version__ == {version!r}
rng = np.random.default_rng(0)
upper = rng.random(300) < 0.5
angle = rng.uniform(0, np.pi, 300)
x = np.where(upper, np.cos(angle), 1 - np.cos(angle))
y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle))
points = (np.stack([x, y], axis=1) + 0.1 * rng.standard_normal((300, 2))).astype(np.float32)
net = nn.Sequential(nn.Linear(2, 16, rng), nn.Tanh(), nn.Linear(16, 1, rng))
adam = optim.Adam(net.parameters(), learning_rate=0.05)
for _ in range(200):
    logits = net(Tensor(points))[:, 0]
    loss = binary_cross_entropy_with_logits(logits, upper.astype(np.float32))
    adam.zero_grad()
    loss.backward()
    adam.step()
print(((logits.data > 0) == upper).mean())
print(autograd.grad(lambda x: x * x)(3.0))
"""


def test_the_wheel_holds_every_package_of_the_engine():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = settings["tool"]["setuptools"]["packages"]
    there = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "autograd").rglob("__init__.py")}
    assert {name.replace("headgrad", "autograd", 1) for name in listed} == there


def pip(python, *arguments):
    """Run pip; skip the test where the package index cannot be reached."""
    done = subprocess.run(
        [python, "-m", "pip", "--disable-pip-version-check", "--retries", "1", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    if done.returncode and "connection" in done.stderr.lower():
        pytest.skip("the package index cannot be reached")
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.slow
def test_the_wheel_trains_beside_the_other_package_called_autograd(tmp_path):
    pip(sys.executable, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), ".")
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "fresh"], check=True)
    python = tmp_path / "fresh" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pip(python, "install", "--quiet", str(wheel), "autograd==1.9.1")
    program = PROGRAM.format(version=autograd.__version__)
    printed = subprocess.run([python, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True).stdout
    accuracy, slope = map(float, printed.split())
    assert accuracy > 0.97
    assert slope == 6.0
