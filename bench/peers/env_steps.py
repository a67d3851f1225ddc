"""Gymnasium: random actions in one environment, or in a vector of them that steps in one process."""

from time import process_time

import gymnasium
import numpy


def env_steps(id, steps=20_000, envs=1):
    """Environment steps with random actions and resets at the end of an episode. Unit: steps/s."""
    return _one(id, steps) if envs == 1 else _vector(id, steps, envs)


def _one(id, steps):
    env = gymnasium.make(id)
    env.reset(seed=0)
    actions = actions_of(env.action_space, steps)

    def sample():
        start = process_time()
        for action in actions:
            _, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()
        return steps / (process_time() - start)

    return sample


def actions_of(space, steps):
    """Random actions of a space, always the same."""
    random = numpy.random.default_rng(0)
    if isinstance(space, gymnasium.spaces.Box):
        return random.uniform(space.low, space.high, (steps, *space.shape)).astype(space.dtype)
    return random.integers(0, space.n, steps)


def _vector(id, steps, envs):
    env = gymnasium.make_vec(id, num_envs=envs, vectorization_mode="vector_entry_point")
    env.reset(seed=0)
    rounds = max(1, steps // envs)
    actions = numpy.random.default_rng(0).integers(0, env.single_action_space.n, (rounds, envs))

    def sample():
        start = process_time()
        for action in actions:
            env.step(action)
        return rounds * envs / (process_time() - start)

    return sample
