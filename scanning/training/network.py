"""The network, and how it is fitted."""

from __future__ import annotations

import copy
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from scanning.digits.normalise import SIDE
from scanning.digits.reader import CLASSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from scanning.training.pool import Pool

_DECAY = 0.998
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """How to fit: passes over the pool, the highest learning rate, images at a time, the seed."""

    epochs: float
    rate: float = 3e-3
    batch: int = 192
    seed: int = 1
    widths: tuple[int, int, int, int, int] = (8, 24, 32, 64, 96)


def make_network(widths: tuple[int, int, int, int, int]) -> nn.Module:
    """Five convolutions with two halvings, and one full layer."""
    first, second, third, fourth, fifth = widths
    quarter = SIDE // 4
    return nn.Sequential(
        *_layer(1, first),
        *_layer(first, second, stride=2),
        *_layer(second, third),
        *_layer(third, fourth, stride=2),
        *_layer(fourth, fifth),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(fifth * quarter * quarter, CLASSES),
    )


def _layer(inputs: int, outputs: int, stride: int = 1) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]


def settle() -> None:
    """One core, and the same steps in every run."""
    torch.use_deterministic_algorithms(mode=True)
    torch.set_num_threads(1)


def fit_together(pool: Pool, plans: Sequence[Plan]) -> list[nn.Module]:
    """Fit several networks at once, each in a process of its own."""
    with ProcessPoolExecutor(len(plans), multiprocessing.get_context("spawn"), settle) as executor:
        return list(executor.map(partial(fit, pool), plans))


def fit(pool: Pool, plan: Plan) -> nn.Module:
    """Fit a network.

    What comes back is the running mean of the weights of the last steps, which reads better.
    """
    torch.manual_seed(plan.seed)
    # the order of channels in which one core is quickest
    network = make_network(plan.widths).to(memory_format=torch.channels_last)
    mean = copy.deepcopy(network).eval()
    steps = int(plan.epochs * len(pool.labels) / plan.batch)
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, plan.rate, total_steps=steps, pct_start=0.15)
    images, labels = torch.from_numpy(pool.images), torch.from_numpy(pool.labels.astype(np.int64))
    order = _order(len(labels), steps * plan.batch, plan.seed)
    network.train()
    for step in range(steps):
        which = torch.from_numpy(order[step * plan.batch : (step + 1) * plan.batch])
        inputs = augmented(images[which].float().div_(255)[:, None])
        loss = functional.cross_entropy(network(inputs), labels[which])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        _follow(mean, network, min(_DECAY, (step + 1) / (step + 10)))
        if step % 500 == 0:
            sys.stderr.write(f"  step {step} of {steps}: loss {loss.item():.4f}\n")
    return mean


def _order(count: int, wanted: int, seed: int) -> NDArray[np.int64]:
    """Whole passes, each in an order of its own."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.permutation(count) for _ in range(wanted // count + 1)])


def _follow(mean: nn.Module, network: nn.Module, decay: float) -> None:
    with torch.no_grad():
        for kept, new in zip(mean.state_dict().values(), network.state_dict().values(), strict=True):
            if kept.dtype.is_floating_point:
                kept.lerp_(new, 1 - decay)
            else:
                kept.copy_(new)


def augmented(inputs: Tensor) -> Tensor:
    """Move, turn, lean and stretch inputs, float (n, 1, 28, 28), a little, pale some and wipe patches from a few."""
    count = len(inputs)
    turn, lean = 0.1 * torch.randn(count), 0.1 * torch.randn(count)
    wide, high = torch.exp(0.07 * torch.randn(count)), torch.exp(0.07 * torch.randn(count))
    cos, sin = torch.cos(turn), torch.sin(turn)
    shift = 0.07 * torch.randn(count, 2)
    matrix = torch.stack(
        [
            torch.stack([wide * cos, wide * (lean * cos - sin), shift[:, 0]], dim=1),
            torch.stack([high * sin, high * (lean * sin + cos), shift[:, 1]], dim=1),
        ],
        dim=1,
    )
    grid = functional.affine_grid(matrix, list(inputs.shape), align_corners=False)
    moved = functional.grid_sample(inputs, grid, mode="bilinear", align_corners=False)
    # sampling blurs: one in four stays as sharp as the reader sees it
    sharp = (torch.rand(count) < 0.25)[:, None, None, None]  # noqa: PLR2004 - see the line above
    result = torch.where(sharp, inputs, moved)
    power = torch.exp(0.2 * torch.randn(count))[:, None, None, None]
    return _patched(result.clamp(0, 1) ** power)


def _patched(inputs: Tensor) -> Tensor:
    for i in torch.nonzero(torch.rand(len(inputs)) < 0.1).flatten().tolist():  # noqa: PLR2004 - one in ten
        top, left = torch.randint(0, SIDE - 4, (2,)).tolist()
        height, width = torch.randint(2, 6, (2,)).tolist()
        inputs[i, :, top : top + height, left : left + width] = 0
    return inputs


def mean_outputs(networks: Sequence[nn.Module], images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What networks say of inputs, uint8 (n, 28, 28), on the average; gives float32 (n, 11)."""
    said = np.stack([outputs_of(network, images) for network in networks])
    average: NDArray[np.float32] = said.mean(axis=0, dtype=np.float32)
    return average


def outputs_of(network: nn.Module, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Run the network over inputs, uint8 (n, 28, 28); gives float32 (n, 11)."""
    network.eval()
    with torch.no_grad():
        parts = [network(_inputs(images[i : i + _AT_ONCE])) for i in range(0, len(images), _AT_ONCE)]
    outputs: NDArray[np.float32] = torch.cat(parts).numpy()
    return outputs


def _inputs(images: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(images).float().div_(255)[:, None]
