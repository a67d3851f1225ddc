"""PyTorch and curvlinops: the Hessian of the policy-gradient loss of a small policy, for tests/fixtures/curvature.

Run: python torch_curvature.py > policy.json
"""

import json
import sys
from importlib.metadata import version

import torch
from curvlinops import HessianLinearOperator

SIZES, ROWS = (4, 8, 8, 2), 64


class PolicyGradientLoss(torch.nn.Module):
    """−mean (ρ − 1)·A; the columns of `target`: action, log-probability when it was drawn, advantage."""

    reduction = "mean"

    def forward(self, logits, target):
        drawn = logits.log_softmax(-1).gather(1, target[:, :1].long())[:, 0]
        return -(((drawn - target[:, 1]).exp() - 1) * target[:, 2]).mean()


def main():
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    layers = []
    for i, (before, after) in enumerate(zip(SIZES, SIZES[1:])):
        layers += [torch.nn.Linear(before, after)] + ([torch.nn.Tanh()] if i < len(SIZES) - 2 else [])
    net = torch.nn.Sequential(*layers)
    observation, advantage = torch.randn(ROWS, SIZES[0]), torch.randn(ROWS)
    action = torch.randint(SIZES[-1], (ROWS,))
    with torch.no_grad():
        behaviour = net(observation).log_softmax(-1).gather(1, action[:, None])[:, 0]
        for p in net.parameters():
            p.add_(0.2 * torch.randn_like(p))
    params = list(net.parameters())

    loss = PolicyGradientLoss()
    target = torch.stack([action.double(), behaviour, advantage], 1)
    operator = HessianLinearOperator(net, loss, params, [(observation, target)], check_deterministic=False)
    size = sum(p.numel() for p in params)
    hessian = operator @ torch.eye(size)
    values, vectors = torch.linalg.eigh((hessian + hessian.T) / 2)
    theta = torch.cat([p.detach().flatten() for p in params])
    positive = (vectors * values.clamp(min=0)) @ vectors.T
    v = torch.randn(size)
    ends = torch.tensor([0] + [p.numel() for p in params]).cumsum(0).tolist()
    json.dump(
        {
            "meta": f"HessianLinearOperator of curvlinops-for-pytorch {version('curvlinops-for-pytorch')}, PyTorch {torch.__version__}",
            "sizes": SIZES,
            "theta": theta.tolist(),
            "observation": observation.flatten().tolist(),
            "action": action.tolist(),
            "logProb": behaviour.tolist(),
            "advantage": advantage.tolist(),
            "loss": loss(net(observation), target).item(),
            "vector": v.tolist(),
            "product": (operator @ v).tolist(),
            "trace": hessian.trace().item(),
            "blocks": [hessian[a:b, a:b].trace().item() for a, b in zip(ends, ends[1:])],
            "values": values.flip(0).tolist(),
            "weighted": (theta @ positive @ theta).item(),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
