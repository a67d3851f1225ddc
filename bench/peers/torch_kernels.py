"""PyTorch: matrix products and whole training steps of small networks."""

import torch
from timing import seconds_per_call
from torch import nn
from torch.func import functional_call, grad, jvp

torch.set_num_threads(1)


def mlp(sizes):
    """Linear layers with tanh between them, the last one linear."""
    layers = []
    for wide, narrow in zip(sizes, sizes[1:]):
        layers += [nn.Linear(wide, narrow), nn.Tanh()]
    return nn.Sequential(*layers[:-1])


def sgemm(m, k, n, transpose_a=False, transpose_b=False):
    """float32 matrix product into a given result. Unit: GFLOP/s."""
    a = torch.randn(k, m).t() if transpose_a else torch.randn(m, k)
    b = torch.randn(n, k).t() if transpose_b else torch.randn(k, n)
    out = torch.empty(m, n)

    @torch.no_grad()
    def call():
        torch.mm(a, b, out=out)

    return lambda: 2e-9 * m * k * n / seconds_per_call(call)


def ppo_step(sizes, batch, compiled=False):
    """Forward, clipped policy loss, backward, gradient-norm clip 0.5, Adam. Unit: ms."""
    net = mlp(sizes)
    adam = torch.optim.Adam(net.parameters(), lr=3e-4, eps=1e-5)
    observation = torch.randn(batch, sizes[0])
    action = torch.randint(sizes[-1], (batch, 1))
    old = torch.full((batch,), -torch.log(torch.tensor(float(sizes[-1]))).item())
    advantage = torch.randn(batch)

    def loss():
        chosen = net(observation).log_softmax(-1).gather(1, action).squeeze(1)
        ratio = (chosen - old).exp()
        return -torch.min(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage).mean()

    return _step(torch.compile(loss) if compiled else loss, net, adam)


def mlp_step(sizes, batch, compiled=False):
    """Forward, mean squared error, backward, Adam. Unit: ms."""
    net = mlp(sizes)
    adam = torch.optim.Adam(net.parameters(), lr=3e-4)
    x, y = torch.randn(batch, sizes[0]), torch.randn(batch, sizes[-1])

    def loss():
        return (net(x) - y).square().mean()

    return _step(torch.compile(loss) if compiled else loss, net, adam, clip=None)


def hessian_vector(sizes, batch, compiled=False):
    """Gradient and Hessian-vector product of -mean(advantage * log-probability): jvp of grad. Unit: ms."""
    net = mlp(sizes)
    params = {name: value.detach() for name, value in net.named_parameters()}
    direction = {name: torch.randn_like(value) for name, value in params.items()}
    observation, action = torch.randn(batch, sizes[0]), torch.randint(sizes[-1], (batch, 1))
    advantage = torch.randn(batch)

    def loss(theta):
        chosen = functional_call(net, theta, (observation,)).log_softmax(-1).gather(1, action).squeeze(1)
        return -(chosen * advantage).mean()

    def product(theta, v):
        return jvp(grad(loss), (theta,), (v,))

    run = torch.compile(product) if compiled else product

    @torch.no_grad()
    def call():
        run(params, direction)

    call()  # compiles, where that was asked for
    return lambda: 1e3 * seconds_per_call(call)


def _step(loss, net, adam, clip=0.5):
    def call():
        adam.zero_grad()
        loss().backward()
        if clip is not None:
            nn.utils.clip_grad_norm_(net.parameters(), clip)
        adam.step()

    call()  # compiles, where that was asked for
    return lambda: 1e3 * seconds_per_call(call)
