"""PyTorch: one update of multi-task SAC, eager or compiled: replay, networks and update as plain loops.

Twin critics with target networks, a temperature for every task, batches of equal parts, all told their task by a one-hot.
"""

from copy import deepcopy
from itertools import chain
from math import log, pi

import numpy
import torch
from timing import seconds_per_call
from torch import nn
from torch.nn.functional import relu, softplus

torch.set_num_threads(1)


def linears(*sizes):
    return [layer for i, o in zip(sizes, sizes[1:]) for layer in (nn.Linear(i, o), nn.ReLU())][:-1]


class Mlp(nn.Module):
    """Hidden layers of state, action and one-hot."""

    def __init__(self, state, tasks, outputs, layers, width):
        super().__init__()
        self.all = nn.Sequential(*linears(state + tasks, *[width] * layers, outputs))

    def forward(self, state, task):
        return self.all(torch.cat([state, task], 1))


class SoftModules(nn.Module):
    """Layers of modules, mixed by what a network of state and task says, as the published code has them."""

    def __init__(self, state, tasks, outputs, layers, width, modules, embedding, routing):
        super().__init__()
        self.n, self.count = modules, layers
        n = modules
        self.f = nn.Sequential(*linears(state, embedding, embedding))
        self.z = nn.Linear(tasks, embedding)
        self.g = nn.Sequential(*linears(embedding, routing, routing))
        self.up = nn.ModuleList(nn.Linear(n * n * layer, routing) for layer in range(1, layers))
        self.down = nn.ModuleList(nn.Linear(routing, n if layer == layers else n * n) for layer in range(1, layers + 1))
        sizes = [embedding] + [width] * layers
        self.modules_of = nn.ModuleList(
            nn.ModuleList(nn.Linear(i, o) for _ in range(n)) for i, o in zip(sizes, sizes[1:])
        )
        self.head = nn.Linear(width, outputs)

    def forward(self, state, task):
        f = self.f(state)
        g = self.g(relu(f * self.z(task)))
        h, seen = [relu(f)] * self.n, []
        for layer in range(self.count):
            u = g if layer == 0 else self.up[layer - 1](torch.cat(seen, 1)) * g
            p = self.down[layer](relu(u)).view(len(f), -1, self.n).softmax(-1)
            out = torch.stack([module(x) for module, x in zip(self.modules_of[layer], h)], 1)
            h = [relu((p[:, i, :, None] * out).sum(1)) for i in range(p.shape[1])]
            seen.append(p.flatten(1))
        return self.head(h[0])


KINDS = {"mlp": Mlp, "soft-modules": SoftModules}


def mtsac_update(kind, settings, observation, action, tasks, batch, compiled=False):
    """Draws a batch from a replay, and updates critics, policy, temperatures and targets on it. Unit: ms."""
    torch.manual_seed(0)
    make, n, m = KINDS[kind], observation, action
    policy = make(n, tasks, 2 * m, **settings)
    critics = nn.ModuleList(make(n + m, tasks, 1, **settings) for _ in range(2))
    targets = deepcopy(critics)
    log_alpha = torch.zeros(tasks, requires_grad=True)
    critic_steps = torch.optim.Adam(critics.parameters(), lr=3e-4)
    policy_steps = torch.optim.Adam(policy.parameters(), lr=3e-4)
    alpha_steps = torch.optim.Adam([log_alpha], lr=3e-4)
    weights = [list(chain.from_iterable(c.parameters() for c in part)) for part in (critics, targets)]
    random = numpy.random.default_rng(0)
    kept, each = 10_000, batch // tasks
    columns = [random.standard_normal((kept, size), numpy.float32) for size in (n, m, 1, n)]
    columns[1] = numpy.tanh(columns[1])
    told = torch.eye(tasks).repeat_interleave(each, 0)

    def draw(seen):
        mean, spread = policy(seen, told).chunk(2, -1)
        spread = spread.clamp(-20, 2)
        noise = torch.randn_like(mean)
        raw = mean + spread.exp() * noise
        slope = 2 * (log(2) - raw - softplus(-2 * raw))
        return raw.tanh(), (-0.5 * noise.square() - spread - 0.5 * log(2 * pi) - slope).sum(-1, keepdim=True)

    def critic_loss(seen, done, reward, reached, alpha):
        with torch.no_grad():
            following, log_prob = draw(reached)
            both = torch.cat([reached, following], 1)
            worth = torch.min(*(target(both, told) for target in targets)) - alpha * log_prob
            aim = reward + 0.99 * worth
        both = torch.cat([seen, done], 1)
        return sum((critic(both, told) - aim).square().mean() for critic in critics) / 2

    def policy_loss(seen, alpha):
        mine, log_prob = draw(seen)
        both = torch.cat([seen, mine], 1)
        return (alpha * log_prob - torch.min(*(critic(both, told) for critic in critics))).mean(), log_prob

    if compiled:
        critic_loss, policy_loss = torch.compile(critic_loss), torch.compile(policy_loss)

    def call():
        rows = numpy.concatenate([random.integers(0, kept, each) for _ in range(tasks)])
        seen, done, reward, reached = (torch.from_numpy(column[rows]) for column in columns)
        alpha = (told @ log_alpha.detach().exp())[:, None]
        critic_steps.zero_grad()
        critic_loss(seen, done, reward, reached, alpha).backward()
        critic_steps.step()
        policy_steps.zero_grad()
        loss, log_prob = policy_loss(seen, alpha)
        loss.backward()
        policy_steps.step()
        alpha_steps.zero_grad()
        (-((told @ log_alpha)[:, None] * (log_prob.detach() - m)).mean() * tasks).backward()
        alpha_steps.step()
        with torch.no_grad():
            for target, critic in zip(weights[1], weights[0]):
                target.lerp_(critic, 0.005)

    call()  # compiles, where that was asked for
    return lambda: {"value": 1e3 * seconds_per_call(call, 1.0)}
