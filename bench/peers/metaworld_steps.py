"""Meta-World: one task in one environment, under a list of actions."""

import warnings
from time import process_time

import numpy

warnings.filterwarnings("ignore")

import metaworld  # noqa: E402


def metaworld_steps(id, vector, actions):
    """Steps of an episode from its reset, which is not counted. Unit: steps/s."""
    env = metaworld.env_dict.ALL_V3_ENVIRONMENTS[id]()
    # What metaworld.MT1 sets of a task: its random vector, and that the goal is shown.
    env._partially_observable = False
    env._set_task_called = True
    env._freeze_rand_vec = True
    env._last_rand_vec = numpy.array(vector)
    given = [numpy.array(action, dtype=numpy.float32) for action in actions]

    def sample():
        env.reset()
        start = process_time()
        for action in given:
            env.step(action)
        return len(given) / (process_time() - start)

    return sample
