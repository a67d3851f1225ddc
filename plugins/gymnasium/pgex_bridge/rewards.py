"""Rewards of several components, and one that is not the environment's own."""

import gymnasium
import numpy

from .messages import Refusal

WEIGHT = "reward_weight_"


def reward_size(env):
    """Components of a reward; 0 where it is a plain number."""
    space = getattr(env.unwrapped, "reward_space", None)
    return int(numpy.prod(space.shape)) if space is not None and getattr(space, "shape", ()) else 0


VELOCITY = "target_velocity"


class TargetVelocity(gymnasium.Wrapper):
    """A runner that shall keep a speed: -|v - target| in the place of its reward for speed, its other rewards as they are.

    Source: Finn et al., arXiv:1703.03400, section 5.3.
    """

    def __init__(self, env, target):
        super().__init__(env)
        self.target = target

    def step(self, action):
        observation, _, terminated, truncated, info = self.env.step(action)
        if "x_velocity" not in info or "reward_forward" not in info:
            raise Refusal("raised", "an environment whose infos tell x_velocity and reward_forward", ", ".join(info) or "none")
        others = sum(value for name, value in info.items() if name.startswith("reward_") and name != "reward_forward")
        return observation, float(others - abs(info["x_velocity"] - self.target)), terminated, truncated, info


def has_target(fixed, known):
    """Whether an id asks for a target velocity; `target` may also be an argument of the environment's own."""
    if "target" not in fixed or "target" in known:
        return False
    if fixed["target"] != "velocity":
        raise Refusal("raised", "target=velocity", f"target={fixed['target']}")
    return True
