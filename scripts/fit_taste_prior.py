"""Fit what the taste finder expects of tastes: `python scripts/fit_taste_prior.py PHOTOS`, writes resources/taste.

Simulated users of `training.data.recipe` develop photographs; what each does is told in amounts of `model.things`, by
least squares in perceived colours. Kept is the covariance of these amounts, which belongs to no model: so that the
finder works with every one.
"""

import sys
from pathlib import Path

import numpy as np
import torch

from pie_desktop import json_files, paths
from pie_desktop.engine.bundles import shipped_bundles
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.imaging.listing import list_photos
from pie_desktop.model.inference import Inference
from pie_desktop.model.taste import GRID, TastePhoto
from pie_desktop.model.things import THINGS, directions
from training.data.recipe import apply_recipes, sample_recipes

PHOTOS, USERS, SEED = 24, 600, 1
NOISE = 3e-4  # variance of colours about what the weights can say
CAUTION = 0.05  # of least squares: things that look alike share what could be either


def main() -> None:
    model = Inference(shipped_bundles()[0].path, "cpu")
    listed = list_photos(Path(sys.argv[1]), recursive=True)
    chosen = np.random.default_rng(SEED).choice(len(listed), PHOTOS, replace=False)
    basis = model.basis()
    proxies = [load_proxy(listed[number]) for number in sorted(chosen)]
    photos = [TastePhoto(proxy, model.luts(proxy, None)[0], basis) for proxy in proxies]
    things = directions([photo.design for photo in photos], [photo.rendered for photo in photos])
    recipes = sample_recipes(USERS, torch.Generator().manual_seed(SEED))
    components = len(basis)
    gram, moments = np.zeros((components, components)), np.zeros((USERS, components))
    for photo in photos:
        colors = torch.from_numpy(photo.rendered.astype(np.float32)).T
        wanted = (
            apply_recipes(colors[None].expand(USERS, -1, -1).contiguous(), recipes).permute(0, 2, 1).double().numpy()
        )
        design = photo.design.reshape(-1, components)
        gram += design.T @ design / GRID**2
        moments += (wanted - photo.rendered).reshape(USERS, -1) @ design / GRID**2
    weights = np.linalg.solve(gram / NOISE + np.eye(components), moments.T / NOISE)
    seen = np.mean([photo.gram for photo in photos], axis=0)
    normal = things @ seen @ things.T
    amounts = np.linalg.solve(normal + CAUTION * np.diag(normal.diagonal()), things @ seen @ weights)
    document = {"things": [thing.id for thing in THINGS], "covariance": np.cov(amounts).round(5).tolist()}
    target = paths.resource("theme").parent / "taste" / "habits.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json_files.to_text(document, indent=None), encoding="utf-8")


if __name__ == "__main__":
    main()
