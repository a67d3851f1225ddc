"""Stable-Baselines3: SAC on Pendulum, one update a step, end to end."""

from time import process_time

import gymnasium
import torch
from stable_baselines3 import SAC


def sb3_sac(steps=10, batch=256, hidden=(256, 256)):
    """`steps` environment steps with an update each. Unit: steps/s of the processor's time."""
    torch.set_num_threads(1)
    model = SAC(
        "MlpPolicy",
        gymnasium.make("Pendulum-v1"),
        batch_size=batch,
        policy_kwargs={"net_arch": list(hidden)},
        seed=0,
        device="cpu",
    )
    model.learn(150)

    def sample():
        start = process_time()
        model.learn(steps, reset_num_timesteps=False)
        return steps / (process_time() - start)

    return sample
