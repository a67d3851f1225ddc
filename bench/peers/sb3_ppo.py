"""Stable-Baselines3: PPO on CartPole, end to end."""

from time import process_time

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env


def sb3_ppo(envs, rollout=2048, batch=64, epochs=10, hidden=(64, 64, 64), updates=1):
    """`updates` rollouts of `rollout` steps over all environments, each followed by its epochs. Unit: steps/s."""
    torch.set_num_threads(1)
    env = make_vec_env("CartPole-v1", envs, seed=0)
    model = PPO(
        "MlpPolicy",
        env,
        n_steps=rollout // envs,
        batch_size=batch,
        n_epochs=epochs,
        policy_kwargs={"net_arch": list(hidden)},
        seed=0,
        device="cpu",
    )
    model.learn(rollout)

    def sample():
        start = process_time()
        model.learn(rollout * updates, reset_num_timesteps=False)
        return rollout * updates / (process_time() - start)

    return sample
