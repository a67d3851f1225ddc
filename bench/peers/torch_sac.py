"""PyTorch: SAC in one file, in the manner of CleanRL: replay, networks and update as plain loops, eager mode.

Twin critics with target networks, squashed Gaussian policy, learnt temperature, an update of all three at each step.
"""

from copy import deepcopy
from itertools import chain
from math import log, pi

import gymnasium
import numpy
import torch
from torch import nn
from torch.nn.functional import mse_loss, softplus
from training import trainings


def network(inputs, hidden, outputs):
    sizes = (inputs, *hidden)
    layers = [part for i, o in zip(sizes, sizes[1:]) for part in (nn.Linear(i, o), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], outputs))


class Replay:
    """The last transitions, columns side by side."""

    def __init__(self, size, observation, action):
        self.columns = [numpy.zeros((size, n), numpy.float32) for n in (observation, action, 1, observation, 1)]
        self.size, self.pushed = size, 0

    def push(self, *transition):
        for column, value in zip(self.columns, transition):
            column[self.pushed % self.size] = value
        self.pushed += 1

    def sample(self, batch, random):
        rows = random.integers(0, min(self.pushed, self.size), batch)
        return [torch.from_numpy(column[rows]) for column in self.columns]


def draw(policy, observation):
    """A squashed action in (-1, 1) and its log-probability, by the stable form of log(1 - tanh²)."""
    mean, spread = policy(observation).chunk(2, -1)
    spread = spread.clamp(-20, 2)
    noise = torch.randn_like(mean)
    raw = mean + spread.exp() * noise
    slope = 2 * (log(2) - raw - softplus(-2 * raw))
    density = -0.5 * noise.square() - spread - 0.5 * log(2 * pi)
    return raw.tanh(), (density - slope).sum(-1, keepdim=True)


def torch_train_sac(env, steps, window, evaluation, hidden, **settings):
    """SAC in one environment, an update at each step. Unit: steps/s."""
    rate, tau, gamma = settings["rate"], settings["tau"], settings["gamma"]

    def train(seed):
        torch.manual_seed(seed)
        random = numpy.random.default_rng(seed)
        world = gymnasium.make(env)
        low, high = world.action_space.low, world.action_space.high
        n, m = world.observation_space.shape[0], low.size
        policy = network(n, hidden, 2 * m)
        critics = [network(n + m, hidden, 1) for _ in range(2)]
        targets = deepcopy(critics)
        log_alpha = torch.zeros(1, requires_grad=True)
        weights = [list(chain.from_iterable(c.parameters() for c in part)) for part in (critics, targets)]
        critic_steps = torch.optim.Adam(weights[0], lr=rate)
        policy_steps = torch.optim.Adam(policy.parameters(), lr=rate)
        alpha_steps = torch.optim.Adam([log_alpha], lr=rate)
        replay = Replay(min(settings["replay"], steps), n, m)
        seen, total, episodes = world.reset(seed=seed)[0], 0.0, []

        def played(action):
            return low + (high - low) * (action + 1) / 2

        def learn():
            observation, action, reward, reached, terminated = replay.sample(settings["batch"], random)
            alpha = log_alpha.detach().exp()
            with torch.no_grad():
                following, log_prob = draw(policy, reached)
                both = torch.cat([reached, following], 1)
                worth = torch.min(*(target(both) for target in targets)) - alpha * log_prob
                aim = reward + gamma * (1 - terminated) * worth
            both = torch.cat([observation, action], 1)
            miss = sum(mse_loss(critic(both), aim) for critic in critics) / 2
            critic_steps.zero_grad()
            miss.backward()
            critic_steps.step()

            mine, log_prob = draw(policy, observation)
            both = torch.cat([observation, mine], 1)
            policy_loss = (alpha * log_prob - torch.min(*(critic(both) for critic in critics))).mean()
            policy_steps.zero_grad()
            policy_loss.backward()
            policy_steps.step()

            alpha_loss = -(log_alpha * (log_prob.detach() - m)).mean()
            alpha_steps.zero_grad()
            alpha_loss.backward()
            alpha_steps.step()
            with torch.no_grad():
                for target, critic in zip(weights[1], weights[0]):
                    target.lerp_(critic, tau)

        for step in range(steps):
            if step < settings["starts"]:
                action = random.uniform(-1, 1, m).astype(numpy.float32)
            else:
                with torch.no_grad():
                    action = draw(policy, torch.from_numpy(seen))[0].numpy()
            reached, reward, terminated, truncated, _ = world.step(played(action))
            replay.push(seen, action, reward, reached, terminated)
            total, seen = total + reward, reached
            if terminated or truncated:
                episodes.append((step + 1, total))
                seen, total = world.reset()[0], 0.0
            if step >= settings["starts"]:
                learn()

        def act(now, deterministic):
            with torch.no_grad():
                now = torch.from_numpy(now)
                mean = policy(now).chunk(2, -1)[0]
                return played((mean.tanh() if deterministic else draw(policy, now)[0]).numpy())

        return episodes, act

    return trainings(train, env, window, steps, evaluation)
