"""The latent explorer of the page, in a real browser: it paints what NumPy paints, and its controls move the code."""

import json

import numpy as np
import pytest

from experiments.page.scripts import bundle
from experiments.report import write_report
from experiments.vae.explorer import decoder_data, explorer, pictures_data
from experiments.vae.models import load_vae, model_file
from experiments.vae.saved import SavedVae
from tests.experiments.page import measure
from tests.fakes.chromium import Browser, needs_chromium
from tests.fakes.saved_vae_sample import LATENT, SIDE, USUAL, write_vae_run
from vae.compact import compact_decoders, decode
from vae.linear_map import LinearMap
from vae.model import VAE
from vae.trained import Trained, save

pytestmark = needs_chromium
PLAYER = "document.querySelector('.explorer')"
PIXELS = f"""[...{PLAYER}.querySelectorAll('.faces canvas')].map(
  c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data])"""
SHOWN = f"Number({PLAYER}.dataset.shown || 0)"


def keep_models(folder, latent=LATENT):
    """Models of every weight beside the tables and pictures of a run."""
    (folder / "models").mkdir()
    for seed, weight in enumerate(USUAL):
        rng = np.random.default_rng(seed)
        model = VAE(SIDE, 3, (6, 5), latent, rng=rng, norm="batch", skip="linear")
        for norm in model.decoder_norms:
            norm.running_mean[...], norm.running_var[...] = rng.uniform(0.5, 1.5, (2, len(norm.running_mean)))
        covariance = np.cov(rng.standard_normal((latent, 50)))
        linear_map = LinearMap.of_moments(rng.standard_normal(latent), covariance)
        save(folder / model_file(weight), Trained(model, linear_map))


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explorer")
    write_vae_run(folder / "vae")
    keep_models(folder / "vae")
    return folder


@pytest.fixture(scope="module")
def page(runs, tmp_path_factory):
    return write_report(runs, tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def browser():
    with Browser() as browser:
        yield browser


def wait_until_shown(browser: Browser, after: int) -> int:
    """The number of the state that all models have painted, once it is beyond another one."""
    return browser.evaluate(
        f"""new Promise(done => {{
          const look = () => {SHOWN} > {after} ? done({SHOWN}) : setTimeout(look, 10);
          look();
        }})"""
    )


def open_explorer(browser: Browser, page, width: int = 1280) -> int:
    browser.load(page, width=width)
    browser.evaluate(f"{PLAYER}.scrollIntoView({{behavior: 'instant'}})")
    return wait_until_shown(browser, 0)


def painted(browser: Browser) -> np.ndarray:
    """All canvases as (pictures, S, S, 3), in the order in which they stand."""
    return np.array(browser.evaluate(PIXELS)).reshape(-1, SIDE, SIDE, 4)[..., :3]


@pytest.mark.parametrize("weight", USUAL)
def test_the_decoder_paints_the_pixels_of_numpy(browser, runs, weight):
    models = [load_vae(runs / "vae", each) for each in USUAL]
    place = list(USUAL).index(weight)
    decoders = compact_decoders(models)
    codes = np.random.default_rng(4).standard_normal((16, LATENT)).astype(np.float32)
    asked = {"decoder": decoder_data(decoders[place]), "pictures": pictures_data(decoders), "codes": codes.tolist()}
    script = bundle(["numbers", "decoder"])
    found = browser.evaluate(
        f"""(async () => {{ {script}
          const {{ decoder, pictures, codes }} = {json.dumps(asked)};
          const ready = await readDecoder(decoder, await unpacked(pictures));
          return codes.map((z) => [...decode(ready, Float32Array.from(z))]);
        }})()"""
    )
    found = np.array(found).reshape(16, SIDE, SIDE, 3)
    np.testing.assert_allclose(found, decode(decoders[place], codes), atol=1e-5)
    expected = models[place].decode(models[place].linear_map.to_latents(codes))
    np.testing.assert_allclose(found, expected, atol=1 / 255)  # what whole numbers cost


def test_it_starts_at_a_held_out_face_and_its_reconstructions(browser, page, runs):
    open_explorer(browser, page)
    run = SavedVae.open(runs / "vae")
    first, second, *models = painted(browser)
    originals = run.snapshot(1.0)["originals"]
    for place, shown in enumerate((first, second)):  # taken from the strip, whose pictures have lost a little
        assert np.square(originals - shown.astype(float)).mean((1, 2, 3)).argmin() == place
    for weight, picture in zip(run.weights, models, strict=True):
        expected = 255 * load_vae(run.folder, weight).reconstruct(originals[:1])[0]
        assert abs(picture - expected).max() < 2
    assert browser.complaints == []


def test_sliders_move_by_keyboard_and_back_undoes_them(browser, page):
    before = open_explorer(browser, page)
    start = painted(browser)
    browser.evaluate(f"{PLAYER}.querySelector('fieldset input').focus()")
    browser.press("ArrowRight")
    after = wait_until_shown(browser, before)
    moved = painted(browser)
    assert (moved[:2] == start[:2]).all() and all((a != b).any() for a, b in zip(moved[2:], start[2:], strict=True))
    browser.evaluate(f"[...{PLAYER}.querySelectorAll('button')].find(b => b.textContent == 'Back').click()")
    wait_until_shown(browser, after)
    np.testing.assert_array_equal(painted(browser), start)


def test_at_the_end_of_the_way_to_the_second_face_its_reconstruction_stands(browser, page, runs):
    before = open_explorer(browser, page)
    browser.evaluate(f"{PLAYER}.querySelector('label input').focus()")
    browser.press("End")
    wait_until_shown(browser, before)
    run = SavedVae.open(runs / "vae")
    for weight, picture in zip(run.weights, painted(browser)[2:], strict=True):
        expected = 255 * load_vae(run.folder, weight).reconstruct(run.snapshot(1.0)["originals"][1:2])[0]
        assert abs(picture - expected).max() < 2


def test_a_draw_of_the_prior_hides_the_faces_and_each_is_another(browser, page):
    state, pictures = open_explorer(browser, page), []
    for _ in range(2):
        browser.evaluate(f"[...{PLAYER}.querySelectorAll('button')][1].click()")
        state = wait_until_shown(browser, state)
        pictures.append(painted(browser)[2:])
    assert (pictures[0] != pictures[1]).any()
    assert browser.evaluate(f"[...{PLAYER}.querySelectorAll('figure')].map(f => f.hidden)") == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_two_latent_units_have_a_plane_to_touch(browser, tmp_path):
    write_vae_run(tmp_path / "vae", latent=2)
    keep_models(tmp_path / "vae", latent=2)
    before = open_explorer(browser, write_report(tmp_path, tmp_path / "out"))
    left, top, side = browser.evaluate(
        f"(b => {{ b.scrollIntoView({{block: 'center', behavior: 'instant'}}); const r = b.getBoundingClientRect();"
        f" return [r.left, r.top, r.width]; }})({PLAYER}.querySelector('.plane'))"
    )
    browser.drag([(left + side / 2, top + side / 2), (left + 0.75 * side, top + 0.25 * side)])
    wait_until_shown(browser, before)
    trained = load_vae(tmp_path / "vae", 1.0)
    expected = 255 * trained.decode(trained.linear_map.to_latents(np.array([[1.5, 1.5]], np.float32)))[0]
    assert abs(painted(browser)[2] - expected).max() < 3


def test_arrow_keys_walk_over_the_plane_of_two_units(browser, tmp_path):
    write_vae_run(tmp_path / "vae", latent=2)
    keep_models(tmp_path / "vae", latent=2)
    state = open_explorer(browser, write_report(tmp_path, tmp_path / "out"))
    browser.evaluate(f"{PLAYER}.querySelector('.plane').focus()")
    for key in ("ArrowRight", "ArrowUp", "ArrowUp"):
        browser.press(key)
        state = wait_until_shown(browser, state)
    trained = load_vae(tmp_path / "vae", 1.0)
    expected = 255 * trained.decode(trained.linear_map.to_latents(np.array([[0.15, 0.3]], np.float32)))[0]
    assert abs(painted(browser)[2] - expected).max() < 3
    assert browser.complaints == []


def test_a_picture_dragged_across_goes_from_the_first_face_to_the_second(browser, page):
    before = open_explorer(browser, page)
    left, top, side = browser.evaluate(
        f"(c => {{ const r = c.getBoundingClientRect(); return [r.left, r.top, r.width]; }})"
        f"({PLAYER}.querySelectorAll('.faces canvas')[3])"
    )
    browser.drag([(left + 0.1 * side, top + side / 2), (left + 0.75 * side, top + side / 2)])
    wait_until_shown(browser, before)
    assert abs(browser.evaluate(f"{PLAYER}.querySelector('label input').valueAsNumber") - 0.75) < 0.01


@pytest.mark.parametrize("width", [320, 390, 1400])
def test_the_explorer_fits_the_screen(browser, page, width):
    open_explorer(browser, page, width)
    assert browser.evaluate("document.documentElement.scrollWidth") == width


def test_directions_of_known_factors_have_their_names(runs):
    (player,) = explorer(SavedVae.open(runs / "vae"))
    assert player.data["legends"][0] == "Main directions of the codes"
    assert len(player.data["sliders"][0]) == LATENT


def test_a_run_without_models_has_no_explorer(tmp_path):
    write_vae_run(tmp_path)
    assert explorer(SavedVae.open(tmp_path)) == ()


def test_the_still_pictures_go_along_a_direction_with_the_reconstruction_in_the_middle(runs):
    run = SavedVae.open(runs / "vae")
    (player,) = explorer(run)
    originals = run.snapshot(1.0)["originals"]
    for weight, row in zip(run.weights, player.still.rows, strict=True):
        (pictures,) = row.pictures.astype(float)
        trained = load_vae(run.folder, weight)
        assert abs(pictures[3] - 255 * trained.reconstruct(originals[:1])[0]).max() < 1
        covariance = np.linalg.inv(trained.linear_map.factor.T @ trained.linear_map.factor)
        variances, axes = np.linalg.eigh(covariance)
        end = trained.encode(originals[:1])[0] + 3 * np.sqrt(variances[-1]) * axes[:, -1]
        ends = [abs(pictures[i] - 255 * trained.decode(end)[0]).max() for i in (0, 6)]
        assert min(ends) < 1 < max(ends)


STILL = "(e => e.getClientRects().length)(document.querySelector('.explorer + .stands-in'))"


def test_the_still_pictures_give_way_to_the_player_and_come_back_in_print(browser, page):
    open_explorer(browser, page)
    assert browser.evaluate(STILL) == 0
    browser.send("Emulation.setEmulatedMedia", media="print")
    shown = browser.evaluate(STILL), browser.evaluate(f"{PLAYER}.getClientRects().length")
    browser.send("Emulation.setEmulatedMedia", media="")
    assert shown == (1, 0)


def test_without_javascript_the_still_pictures_stand_there(browser, page):
    browser.load(page, scripts=False)
    assert browser.evaluate(STILL) == 1
    assert browser.evaluate(f"{PLAYER}.getClientRects().length") == 0
    assert browser.complaints == []


def test_the_measuring_command_tells_sizes_and_the_time_of_every_model(page, capsys):
    assert measure.main([str(page)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said] == ["page", "in", "KL", "KL", "KL"]
    assert float(said[1].split()[2]) <= measure.MAX_PRINTED / 1e6
    assert all(0 < float(line.split()[2]) < 1000 and line.endswith("ms a face") for line in said[2:])


@pytest.mark.parametrize("fault", ["no page", "too large in print"])
def test_the_measuring_command_refuses_in_one_line(page, tmp_path, monkeypatch, capsys, fault):
    if fault == "too large in print":
        monkeypatch.setattr(measure, "MAX_PRINTED", 1000)
    with pytest.raises(SystemExit) as left:
        measure.main([str(tmp_path / "index.html" if fault == "no page" else page)])
    said = capsys.readouterr()
    assert (left.value.code, said.out, said.err.count("\n")) == (2, "", 1)


def test_on_a_telephone_the_faces_have_the_whole_width_and_no_label_is_cut(browser, page):
    browser.load(page, width=390)
    cut = (
        "[...document.querySelectorAll('.strip dt')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent)"
    )
    assert browser.evaluate(cut) == []
    widths = browser.evaluate(
        "[...document.querySelectorAll('figure.strip dd')].map(e => e.clientWidth).filter(Boolean)"
    )
    assert widths and min(widths) > 330


SHEET = 720  # pixels: the width of what is printed on a sheet of letter paper


def test_on_paper_no_table_is_cut_and_the_settings_are_told(browser, page):
    browser.load(page, width=SHEET)
    browser.send("Emulation.setEmulatedMedia", media="print")
    ends = browser.evaluate("[...document.querySelectorAll('table')].map(t => t.getBoundingClientRect().right)")
    told = browser.evaluate("document.querySelector('.settings .facts').getBoundingClientRect().height")
    browser.send("Emulation.setEmulatedMedia", media="")
    assert ends and max(ends) <= SHEET
    assert told > 100
