"""Records seeded episodes of Gymnasium's robots, for tests/fixtures/mujoco.

Usage: mujoco_episodes.py FOLDER NAME...     NAME: hopper, walker2d, ant; another MuJoCo than 3.3.0 becomes part of the file's name
"""

import gzip
import json
import platform
import sys
from pathlib import Path

import gymnasium
import mujoco
import numpy

STEPS = 60
PLAIN = {}
# Ids, and the constructor's arguments of each seeded episode.
ROBOTS = {
    "hopper": (
        "Hopper-v5",
        [
            (7, PLAIN),
            (11, PLAIN),
            (
                12,
                {
                    "forward_reward_weight": 2.0,
                    "ctrl_cost_weight": 0.01,
                    "healthy_reward": 0.5,
                    "healthy_z_range": [0.5, 2.0],
                    "healthy_angle_range": [-0.5, 0.5],
                    "reset_noise_scale": 0.02,
                    "frame_skip": 3,
                },
            ),
        ],
    ),
    "walker2d": (
        "Walker2d-v5",
        [
            (7, PLAIN),
            (11, PLAIN),
            (
                12,
                {
                    "forward_reward_weight": 0.5,
                    "ctrl_cost_weight": 0.02,
                    "healthy_z_range": [0.6, 2.5],
                    "healthy_angle_range": [-2.0, 2.0],
                    "reset_noise_scale": 0.02,
                    "terminate_when_unhealthy": False,
                },
            ),
        ],
    ),
    "ant": ("Ant-v5", [(7, PLAIN), (11, PLAIN)]),
}


def episode(id, seed, arguments):
    """One episode under float64 actions, to its end or `STEPS` steps long."""
    lists = {name: tuple(value) if isinstance(value, list) else value for name, value in arguments.items()}
    env = gymnasium.make(id, **lists).unwrapped
    observation, _ = env.reset(seed=seed)
    record = {
        "seed": seed,
        "kwargs": arguments,
        "qpos0": env.data.qpos.tolist(),
        "qvel0": env.data.qvel.tolist(),
        "initial_obs": observation.tolist(),
        "actions": [],
        "obs": [],
        "rewards": [],
        "terminated": [],
    }
    actions = numpy.random.default_rng(seed).uniform(-1, 1, (STEPS, *env.action_space.shape))
    for action in actions:
        observation, reward, terminated, _, _ = env.step(action)
        record["actions"].append(action.tolist())
        record["obs"].append(observation.tolist())
        record["rewards"].append(float(reward))
        record["terminated"].append(bool(terminated))
        if terminated:
            break
    return record


def main(folder, *names):
    versions = {
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "gymnasium": gymnasium.__version__,
        "mujoco": mujoco.__version__,
    }
    for name in names:
        id, episodes = ROBOTS[name]
        value = {
            "meta": {"how": f"bench/peers/mujoco_episodes.py {name}", "versions": versions},
            "episodes": [episode(id, *given) for given in episodes],
        }
        ending = "" if mujoco.__version__ == "3.3.0" else f"-{mujoco.__version__}"
        # The same numbers give the same bytes: no time of making.
        text = gzip.compress(json.dumps(value).encode(), mtime=0)
        Path(folder, f"{name}{ending}.json.gz").write_bytes(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
