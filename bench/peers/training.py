"""What all trainings of the peers share: the curve of finished episodes, and whole episodes under the last policy."""

from itertools import count
from time import process_time

import gymnasium
import numpy
import torch

# Evaluation starts from seeds that no training starts from.
EVALUATION_SEED = 1_000_000


def curve_of(episodes, window, total):
    """Mean return of the episodes that ended in each window of steps, from (step at the end, return); empty ones left out."""
    bins = {}
    for step, value in episodes:
        if step <= total:
            bins.setdefault((step + window - 1) // window * window, []).append(value)
    return [[step, float(numpy.mean(values))] for step, values in sorted(bins.items())]


def returns_of(act, id, episodes, seed):
    """Returns of so many whole episodes, one in each of as many environments. `act` maps observations to actions."""
    envs = [gymnasium.make(id) for _ in range(episodes)]
    seen = numpy.stack([env.reset(seed=EVALUATION_SEED + seed * episodes + i)[0] for i, env in enumerate(envs)])
    totals, running = numpy.zeros(episodes), numpy.ones(episodes, bool)
    while running.any():
        actions = act(seen)
        for i in numpy.flatnonzero(running):
            seen[i], reward, terminated, truncated, _ = envs[i].step(actions[i])
            totals[i] += reward
            running[i] = not (terminated or truncated)
    for env in envs:
        env.close()
    return totals.tolist()


def trainings(train, id, window, steps, evaluation):
    """A sampler whose measurements are whole trainings from seeds 0, 1, …; unit: steps/s of the processor's time.

    `train(seed)` gives the finished episodes as (step, return), and `act(observations, deterministic)`.
    """
    torch.set_num_threads(1)
    seeds = count()

    def sample():
        seed = next(seeds)
        start = process_time()
        episodes, act = train(seed)
        spent = process_time() - start
        returns = {
            name: returns_of(lambda seen: act(seen, name == "mode"), id, evaluation, seed) for name in ("mode", "sample")
        }
        training = {"seed": seed, "curve": curve_of(episodes, window, steps), "returns": returns}
        return {"value": steps / spent, "training": training}

    return sample
