"""Stable-Baselines3: whole trainings by PPO and SAC."""

import numpy
import torch
from stable_baselines3 import PPO, SAC
from stable_baselines3.common.env_util import make_vec_env
from training import trainings


def sb3_train_ppo(env, steps, envs, window, evaluation, hidden, **settings):
    """PPO in `envs` environments, `window` steps a rollout over all of them. Unit: steps/s."""
    rate, batch, epochs = settings["rate"], settings["batch"], settings["epochs"]

    def train(seed):
        vector = make_vec_env(env, envs, seed=seed)
        model = PPO(
            "MlpPolicy",
            vector,
            n_steps=window // envs,
            learning_rate=rate,
            batch_size=batch,
            n_epochs=epochs,
            gamma=settings["gamma"],
            gae_lambda=settings["trace"],
            clip_range=settings["clip"],
            ent_coef=settings["entropy"],
            vf_coef=settings["value"],
            max_grad_norm=settings["norm"],
            policy_kwargs={"net_arch": list(hidden), "activation_fn": torch.nn.Tanh},
            seed=seed,
            device="cpu",
        )
        model.learn(steps)
        return finished(vector, envs), act_of(model)

    return trainings(train, env, window, steps, evaluation)


def sb3_train_sac(env, steps, window, evaluation, hidden, **settings):
    """SAC in one environment, an update at each step. Unit: steps/s."""

    def train(seed):
        vector = make_vec_env(env, 1, seed=seed)
        model = SAC(
            "MlpPolicy",
            vector,
            learning_rate=settings["rate"],
            buffer_size=settings["replay"],
            learning_starts=settings["starts"],
            batch_size=settings["batch"],
            tau=settings["tau"],
            gamma=settings["gamma"],
            policy_kwargs={"net_arch": list(hidden)},
            seed=seed,
            device="cpu",
        )
        model.learn(steps)
        return finished(vector, 1), act_of(model)

    return trainings(train, env, window, steps, evaluation)


def act_of(model):
    return lambda seen, deterministic: model.predict(seen, deterministic=deterministic)[0]


def finished(vector, envs):
    """(step, return) of every episode that the monitors saw end; all environments step together."""
    return [
        (int(end) * envs, value)
        for monitor in vector.envs
        for end, value in zip(numpy.cumsum(monitor.get_episode_lengths()), monitor.get_episode_rewards())
    ]
