"""PyTorch: PPO in one file, in the manner of CleanRL: networks, rollout and update as plain loops, eager mode.

Separate policy and value networks, orthogonal weights, Adam's epsilon 1e-5, advantages normalised in each minibatch.
Differs from that manner: episodes that the time limit cut are bootstrapped, and the value loss has no factor 1/2 and no
clipping, so that all sides of the comparison optimise the same objective.
"""

import gymnasium
import numpy
import torch
from torch import nn
from torch.distributions import Categorical
from training import trainings


def network(inputs, hidden, outputs, gain):
    sizes = (inputs, *hidden)
    layers = []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        layers += [linear(fan_in, fan_out, 2**0.5), nn.Tanh()]
    return nn.Sequential(*layers, linear(sizes[-1], outputs, gain))


def linear(inputs, outputs, gain):
    layer = nn.Linear(inputs, outputs)
    nn.init.orthogonal_(layer.weight, gain)
    nn.init.zeros_(layer.bias)
    return layer


def torch_train_ppo(env, steps, envs, window, evaluation, hidden, **settings):
    """PPO in `envs` environments, `window` steps a rollout over all of them. Unit: steps/s."""
    gamma, trace, clip, batch = settings["gamma"], settings["trace"], settings["clip"], settings["batch"]
    length = window // envs

    def train(seed):
        torch.manual_seed(seed)
        shuffler = numpy.random.default_rng(seed)
        worlds = [gymnasium.make(env) for _ in range(envs)]
        space = worlds[0].observation_space.shape
        policy = network(space[0], hidden, worlds[0].action_space.n, 0.01)
        critic = network(space[0], hidden, 1, 1.0)
        parameters = [*policy.parameters(), *critic.parameters()]
        optimiser = torch.optim.Adam(parameters, lr=settings["rate"], eps=1e-5)

        seen = numpy.stack([world.reset(seed=seed * envs + i)[0] for i, world in enumerate(worlds)])
        totals = numpy.zeros(envs)
        episodes = []
        observations = torch.zeros(length, envs, *space)
        actions, logs, values = (torch.zeros(length, envs) for _ in range(3))
        rewards, ends = torch.zeros(length, envs), torch.zeros(length, envs)

        for update in range(steps // window):
            for t in range(length):
                now = torch.from_numpy(seen)
                with torch.no_grad():
                    choice = Categorical(logits=policy(now))
                    action = choice.sample()
                    observations[t], actions[t], logs[t] = now, action, choice.log_prob(action)
                    values[t] = critic(now)[:, 0]
                for i, chosen in enumerate(action.numpy()):
                    reached, reward, terminated, truncated, _ = worlds[i].step(chosen)
                    totals[i] += reward
                    if truncated and not terminated:
                        with torch.no_grad():
                            reward += gamma * critic(torch.from_numpy(reached)).item()
                    if terminated or truncated:
                        episodes.append((update * window + (t + 1) * envs, totals[i]))
                        totals[i] = 0
                        reached = worlds[i].reset()[0]
                    rewards[t, i], ends[t, i] = float(reward), float(terminated or truncated)
                    seen[i] = reached

            with torch.no_grad():
                after, tail = critic(torch.from_numpy(seen))[:, 0], torch.zeros(envs)
                advantages = torch.zeros(length, envs)
                for t in reversed(range(length)):
                    goes_on = 1 - ends[t]
                    tail = rewards[t] + gamma * goes_on * after - values[t] + gamma * trace * goes_on * tail
                    advantages[t], after = tail, values[t]
            rows = [
                part.reshape(window, *part.shape[2:])
                for part in (observations, actions, logs, advantages, advantages + values)
            ]

            for _ in range(settings["epochs"]):
                order = shuffler.permutation(window)
                for start in range(0, window, batch):
                    chosen = torch.from_numpy(order[start : start + batch])
                    observation, action, old, advantage, target = (part[chosen] for part in rows)
                    choice = Categorical(logits=policy(observation))
                    ratio = (choice.log_prob(action) - old).exp()
                    gain = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
                    objective = torch.min(ratio * gain, ratio.clamp(1 - clip, 1 + clip) * gain).mean()
                    miss = (critic(observation)[:, 0] - target).square().mean()
                    loss = settings["value"] * miss - objective - settings["entropy"] * choice.entropy().mean()
                    optimiser.zero_grad()
                    loss.backward()
                    nn.utils.clip_grad_norm_(parameters, settings["norm"])
                    optimiser.step()

        def act(now, deterministic):
            with torch.no_grad():
                logits = policy(torch.from_numpy(now))
                return (logits.argmax(1) if deterministic else Categorical(logits=logits).sample()).numpy()

        return episodes, act

    return trainings(train, env, window, steps, evaluation)
