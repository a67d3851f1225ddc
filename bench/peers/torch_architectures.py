"""PyTorch: the architectures for many tasks as modules of their own, in float64; outputs and gradients, for a test's fixture.

Usage: torch_architectures.py FILE.json.gz   (the same bytes every time)
"""

import gzip
import json
import platform
import sys

import torch
from torch import nn
from torch.nn.functional import normalize

torch.set_default_dtype(torch.float64)

AT, TASKS, BEHIND, OUTPUTS, ROWS = 2, 3, 2, 2, 6
STATE = AT + BEHIND
INPUTS = STATE + TASKS
LAYERS, WIDTH = 3, 5
PHI = {"tanh": torch.tanh, "relu": torch.relu}


def split(x):
    """The state, which is what does not tell the task, and the task's one-hot."""
    return torch.cat([x[:, :AT], x[:, AT + TASKS :]], 1), x[:, AT : AT + TASKS]


def linears(*sizes):
    return nn.ModuleList(nn.Linear(i, o) for i, o in zip(sizes, sizes[1:]))


def named(prefix, layers, first=1):
    return {f"{prefix}{i}": [layer] for i, layer in enumerate(layers, first)}


class Network(nn.Module):
    def __init__(self, activation):
        super().__init__()
        self.phi = PHI[activation]

    def hidden(self, layers, x):
        for layer in layers:
            x = self.phi(layer(x))
        return x

    def mlp(self, layers, x):
        return layers[-1](self.hidden(layers[:-1], x))


class Embedded(Network):
    def __init__(self, activation, embedding):
        super().__init__(activation)
        self.embed = nn.Embedding(TASKS, embedding)
        self.layers = linears(STATE + embedding, *[WIDTH] * LAYERS, OUTPUTS)

    def forward(self, x):
        state, task = split(x)
        return self.mlp(self.layers, torch.cat([state, self.embed(task.argmax(1))], 1))

    def places(self):
        return {"_embedding": self.embed} | named("", self.layers)


class MultiHead(Network):
    def __init__(self, activation):
        super().__init__(activation)
        self.trunk = linears(INPUTS, *[WIDTH] * LAYERS)
        self.heads = nn.ModuleList(nn.Linear(WIDTH, OUTPUTS) for _ in range(TASKS))

    def forward(self, x):
        h = self.hidden(self.trunk, x)
        tasks = split(x)[1].argmax(1)
        return torch.stack([self.heads[t](row) for t, row in zip(tasks.tolist(), h)])

    def places(self):
        return named("", self.trunk) | {"_heads": list(self.heads)}


class SoftModules(Network):
    def __init__(self, activation, modules, embedding, routing):
        super().__init__(activation)
        n = modules
        self.n = n
        self.f = linears(STATE, embedding, embedding)
        self.z = nn.Linear(TASKS, embedding)
        self.g = linears(embedding, routing, routing)
        self.up = nn.ModuleList(nn.Linear(n * n * layer, routing) for layer in range(1, LAYERS))
        self.down = nn.ModuleList(nn.Linear(routing, n if layer == LAYERS else n * n) for layer in range(1, LAYERS + 1))
        sizes = [embedding] + [WIDTH] * LAYERS
        self.layers = nn.ModuleList(
            nn.ModuleList(nn.Linear(i, o) for _ in range(n)) for i, o in zip(sizes, sizes[1:])
        )
        self.head = nn.Linear(WIDTH, OUTPUTS)

    def forward(self, x):
        state, task = split(x)
        f = self.mlp(self.f, state)
        g = self.mlp(self.g, self.phi(f * self.z(task)))
        seen = []
        h = self.phi(f)[:, None].expand(-1, self.n, -1)
        for layer in range(LAYERS):
            u = g if layer == 0 else self.up[layer - 1](torch.cat(seen, 1)) * g
            p = self.down[layer](self.phi(u)).view(len(x), -1, self.n).softmax(-1)
            out = torch.stack([module(h[:, j]) for j, module in enumerate(self.layers[layer])], 1)
            h = self.phi(torch.einsum("bij,bjd->bid", p, out))
            seen.append(p.flatten(1))
        return self.head(h[:, 0])

    def places(self):
        modules = {f"_m{i}.{j}": [m] for i, layer in enumerate(self.layers, 1) for j, m in enumerate(layer, 1)}
        routes = named("_u", self.up, 2) | named("_d", self.down)
        return named("_f", self.f) | {"_z": [self.z]} | named("_g", self.g) | routes | modules | {"_out": [self.head]}


class Paco(Network):
    def __init__(self, activation, sets):
        super().__init__(activation)
        self.w = nn.Embedding(TASKS, sets)
        sizes = [STATE] + [WIDTH] * LAYERS + [OUTPUTS]
        self.layers = nn.ModuleList(
            nn.ModuleList(nn.Linear(i, o) for _ in range(sets)) for i, o in zip(sizes, sizes[1:])
        )

    def forward(self, x):
        state, task = split(x)
        rows = []
        # Every row by the parameters that are composed for its task.
        for row, w in zip(state, self.w(task.argmax(1))):
            for i, layer in enumerate(self.layers):
                weight = sum(c * one.weight for c, one in zip(w, layer))
                bias = sum(c * one.bias for c, one in zip(w, layer))
                row = weight @ row + bias
                if i < LAYERS:
                    row = self.phi(row)
            rows.append(row)
        return torch.stack(rows)

    def places(self):
        return {"_w": self.w} | {f"{i}": list(layer) for i, layer in enumerate(self.layers, 1)}


class Care(Network):
    def __init__(self, activation, experts, embedding, encoder_layers, encoder_width):
        super().__init__(activation)
        inside = [encoder_width] * encoder_layers
        self.embed = nn.Embedding(TASKS, embedding)
        self.context = linears(embedding, *inside, embedding)
        self.attention = linears(embedding, *inside, experts)
        self.encoders = nn.ModuleList(linears(STATE, *inside, embedding) for _ in range(experts))
        self.layers = linears(2 * embedding, *[WIDTH] * LAYERS, OUTPUTS)

    def forward(self, x):
        state, task = split(x)
        context = self.mlp(self.context, self.phi(self.embed(task.argmax(1))))
        alpha = self.mlp(self.attention, context).softmax(-1)
        encodings = torch.stack([self.mlp(encoder, state) for encoder in self.encoders], 1)
        return self.mlp(self.layers, torch.cat([(alpha[:, :, None] * encodings).sum(1), context], 1))

    def places(self):
        encoders = [named(f"_e{k}.", encoder) for k, encoder in enumerate(self.encoders, 1)]
        places = {"_embedding": self.embed} | named("_context", self.context) | named("_attention", self.attention)
        for encoder in encoders:
            places |= encoder
        return places | named("", self.layers)


class Mixture(Network):
    def __init__(self, activation, experts):
        super().__init__(activation)
        self.gate = nn.Linear(INPUTS, experts)
        self.experts = nn.ModuleList(linears(STATE, *[WIDTH] * LAYERS) for _ in range(experts))
        self.head = nn.Linear(WIDTH, OUTPUTS)

    def forward(self, x):
        alpha = self.gate(x).softmax(-1)
        h = torch.stack([self.hidden(expert, split(x)[0]) for expert in self.experts], 1)
        return self.head((alpha[:, :, None] * h).sum(1))

    def places(self):
        places = {"_gate": [self.gate]}
        for k, expert in enumerate(self.experts, 1):
            places |= named(f"_e{k}.", expert)
        return places | {"_out": [self.head]}


class Moore(Network):
    def __init__(self, activation, experts):
        super().__init__(activation)
        self.experts = nn.ModuleList(linears(STATE, *[WIDTH] * LAYERS) for _ in range(experts))
        self.w = nn.Embedding(TASKS, experts)
        self.heads = nn.ModuleList(nn.Linear(WIDTH, OUTPUTS) for _ in range(TASKS))

    def forward(self, x):
        state, task = split(x)
        basis = []
        for expert in self.experts:
            u = self.mlp(expert, state)
            w = u - sum((u * v).sum(1, keepdim=True) * v for v in basis)
            basis.append(normalize(w, dim=1))
        tasks = task.argmax(1)
        v = torch.tanh(torch.einsum("bk,bkd->bd", self.w(tasks), torch.stack(basis, 1)))
        return torch.stack([self.heads[t](row) for t, row in zip(tasks.tolist(), v)])

    def places(self):
        places = {"_w": self.w, "_heads": list(self.heads)}
        for k, expert in enumerate(self.experts, 1):
            places |= named(f"_e{k}.", expert)
        return places


class Film(Network):
    def __init__(self, activation, embedding):
        super().__init__(activation)
        self.embed = nn.Embedding(TASKS, embedding)
        self.layers = linears(STATE, *[WIDTH] * LAYERS, OUTPUTS)
        self.generators = nn.ModuleList(nn.Linear(embedding, 2 * WIDTH) for _ in range(LAYERS))

    def forward(self, x):
        h, task = split(x)
        e = self.phi(self.embed(task.argmax(1)))
        for layer, generator in zip(self.layers, self.generators):
            gamma, beta = generator(e).chunk(2, 1)
            h = self.phi((1 + gamma) * layer(h) + beta)
        return self.layers[-1](h)

    def places(self):
        return {"_embedding": self.embed} | named("", self.layers) | named("_film", self.generators)


class Normed(Network):
    """Layer normalisation before every nonlinearity; it sees the one-hot as any other input."""

    def __init__(self, activation, _layer_norm):
        super().__init__(activation)
        self.layers = linears(INPUTS, *[WIDTH] * LAYERS, OUTPUTS)
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(LAYERS))

    def forward(self, x):
        for layer, norm in zip(self.layers, self.norms):
            x = self.phi(norm(layer(x)))
        return self.layers[-1](x)

    def places(self):
        return named("", self.layers) | dict(enumerate(self.norms, 1))


class TwoColumn(Network):
    def __init__(self, activation, own):
        super().__init__(activation)
        shared, own = ((STATE, *[width] * LAYERS, OUTPUTS) for width in (WIDTH, own))
        self.shared = linears(*shared)
        self.own = nn.ModuleList(linears(*own) for _ in range(TASKS))

    def forward(self, x):
        state, task = split(x)
        own = torch.stack([self.mlp(layers, state) for layers in self.own], 1)
        return self.mlp(self.shared, state) + own[torch.arange(len(x)), task.argmax(1)]

    def places(self):
        def column(prefix, layers):
            return named(prefix, layers[:-1]) | {f"{prefix or '_'}out": [layers[-1]]}

        columns = column("", self.shared)
        for t, layers in enumerate(self.own, 1):
            columns |= column(f"_t{t}.", layers)
        return columns


CASES = [
    ("mlp", "tanh", Embedded, {"embedding": 2}),
    ("multi-head", "relu", MultiHead, {}),
    ("soft-modules", "relu", SoftModules, {"modules": 2, "embedding": 4, "routing": 3}),
    ("paco", "tanh", Paco, {"sets": 3}),
    ("care", "relu", Care, {"experts": 3, "embedding": 3, "encoderLayers": 2, "encoderWidth": 4}),
    ("mixture", "tanh", Mixture, {"experts": 3}),
    ("moore", "relu", Moore, {"experts": 3}),
    ("film", "tanh", Film, {"embedding": 3}),
    ("two-column", "relu", TwoColumn, {"own": 4}),
    ("mlp", "tanh", Normed, {"layerNorm": True}),
]


def blocks(network, of):
    """Numbers under the names of weights and biases: an embedding's rows are columns, several layers stand on one another."""
    found = {}
    for name, place in network.places().items():
        if isinstance(place, nn.Embedding):
            found[f"W{name}"] = of(place.weight).T
        elif isinstance(place, nn.LayerNorm):
            found[f"W_gain{name}"] = of(place.weight)
            found[f"W_shift{name}"] = of(place.bias)
        else:
            found[f"W{name}"] = torch.cat([of(one.weight) for one in place])
            found[f"b{name}"] = torch.cat([of(one.bias) for one in place])
    return {name: block.flatten().tolist() for name, block in found.items()}


def case(id, activation, make, options):
    torch.manual_seed(1)
    network = make(activation, *options.values())
    for parameter in network.parameters():
        # Biases too: none is 0, so that an error in one would show.
        nn.init.normal_(parameter, std=0.6)
    x = torch.randn(ROWS, INPUTS)
    x[:, AT : AT + TASKS] = torch.eye(TASKS)[torch.arange(ROWS) % TASKS]
    x.requires_grad_()
    y = network(x)
    (y.tanh() * torch.arange(1.0, 1 + y.numel()).view_as(y)).sum().backward()
    return {
        "id": id,
        "activation": activation,
        "options": options,
        "theta": blocks(network, lambda p: p.detach()),
        "x": x.detach().flatten().tolist(),
        "y": y.detach().flatten().tolist(),
        "gradient": blocks(network, lambda p: p.grad),
    }


def main(path):
    made = {
        "meta": f"PyTorch {torch.__version__.split('+')[0]} in float64 under Python {platform.python_version()}",
        "sizes": {"inputs": INPUTS, "outputs": OUTPUTS, "told": {"at": AT, "tasks": TASKS}},
        "layers": LAYERS,
        "width": WIDTH,
        "cases": [case(*c) for c in CASES],
    }
    with open(path, "wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        packed.write(json.dumps(made, separators=(",", ":")).encode())


if __name__ == "__main__":
    main(sys.argv[1])
