"""PyTorch: one gradient of the log-probability for each transition, projected to d numbers."""

import torch
from timing import seconds_per_call
from torch.func import functional_call, grad, vmap
from torch_kernels import mlp


def gradient_features(sizes, batch, d=None):
    """vmap(grad(log-probability)), then a dense Gaussian projection to `d` columns if given. Unit: transitions/s."""
    net = mlp(sizes)
    params = {name: value.detach() for name, value in net.named_parameters()}
    count = sum(value.numel() for value in params.values())
    observation, action = torch.randn(batch, sizes[0]), torch.randint(sizes[-1], (batch,))
    projection = None if d is None else torch.randn(count, d) / d**0.5

    def log_probability(theta, one, chosen):
        return functional_call(net, theta, (one,)).log_softmax(-1).gather(0, chosen.unsqueeze(0)).squeeze(0)

    each = vmap(grad(log_probability), in_dims=(None, 0, 0))

    def call():
        rows = torch.cat([g.reshape(batch, -1) for g in each(params, observation, action).values()], 1)
        return rows if projection is None else rows @ projection

    return lambda: {"value": batch / seconds_per_call(call, 0.5), "parameters": count}
