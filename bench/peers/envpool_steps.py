"""EnvPool: the same environments in C++, many in one call, stepped by one thread."""

from time import process_time

import envpool
import numpy

from env_steps import actions_of


def envpool_steps(id, envs, steps=400_000):
    """Environment steps with random actions; EnvPool resets at the end of an episode. Unit: steps/s."""
    pool = envpool.make(id, env_type="gymnasium", num_envs=envs, num_threads=1, seed=0)
    pool.reset()
    rounds = max(1, steps // envs)
    actions = actions_of(pool.action_space, rounds * envs)
    actions = actions.reshape(rounds, envs, *actions.shape[1:])
    if actions.dtype == numpy.int64:
        actions = actions.astype(numpy.int32)

    def sample():
        start = process_time()
        for action in actions:
            pool.step(action)
        return rounds * envs / (process_time() - start)

    return sample
