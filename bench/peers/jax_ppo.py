"""JAX: PPO on CartPole whose whole training is one compiled function, in the manner of PureJaxRL.

Separate policy and value networks, environments that reset themselves inside the compiled loop, annealed Adam, and
PureJaxRL's published settings. Physics and limits are CartPole-v1's.
"""

from time import process_time

import jax
import jax.numpy as jnp
import optax

GAMMA, LAMBDA, CLIP, ENTROPY, VALUE, RATE = 0.99, 0.95, 0.2, 0.01, 0.5, 2.5e-4


def start(key):
    return jax.random.uniform(key, (4,), minval=-0.05, maxval=0.05), jnp.int32(0)


def step(key, state, action):
    """One step; a finished episode is replaced by a fresh one."""
    (x, v, angle, spin), time = state[0], state[1]
    force = jnp.where(action == 1, 10.0, -10.0)
    sin, cos = jnp.sin(angle), jnp.cos(angle)
    push = (force + 0.05 * spin**2 * sin) / 1.1
    turn = (9.8 * sin - cos * push) / (0.5 * (4.0 / 3.0 - 0.1 * cos**2 / 1.1))
    pull = push - 0.05 * turn * cos / 1.1
    now = jnp.stack([x + 0.02 * v, v + 0.02 * pull, angle + 0.02 * spin, spin + 0.02 * turn])
    done = (jnp.abs(now[0]) > 2.4) | (jnp.abs(now[2]) > 12 * jnp.pi / 180) | (time + 1 >= 500)
    fresh = start(key)
    return (jnp.where(done, fresh[0], now), jnp.where(done, 0, time + 1)), done


def dense(key, inputs, outputs, scale):
    return jax.nn.initializers.orthogonal(scale)(key, (inputs, outputs)), jnp.zeros(outputs)


def network(key, hidden, outputs, scale):
    keys = jax.random.split(key, len(hidden) + 1)
    sizes = (4, *hidden)
    layers = [dense(k, i, o, 2**0.5) for k, i, o in zip(keys, sizes, sizes[1:])]
    return [*layers, dense(keys[-1], sizes[-1], outputs, scale)]


def apply(layers, x):
    for weight, bias in layers[:-1]:
        x = jnp.tanh(x @ weight + bias)
    weight, bias = layers[-1]
    return x @ weight + bias


def make_train(envs, steps, epochs, minibatches, updates, hidden):
    batch = envs * steps // minibatches
    schedule = optax.linear_schedule(RATE, 0.0, updates * epochs * minibatches)
    optimiser = optax.chain(optax.clip_by_global_norm(0.5), optax.adam(schedule, eps=1e-5))

    def loss(theta, rows):
        observation, action, old, value_old, advantage, target = rows
        table = jax.nn.log_softmax(apply(theta["policy"], observation))
        chosen = jnp.take_along_axis(table, action[:, None], 1)[:, 0]
        value = apply(theta["value"], observation)[:, 0]
        near = value_old + jnp.clip(value - value_old, -CLIP, CLIP)
        miss = 0.5 * jnp.maximum((value - target) ** 2, (near - target) ** 2).mean()
        gain = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
        ratio = jnp.exp(chosen - old)
        policy = -jnp.minimum(ratio * gain, jnp.clip(ratio, 1 - CLIP, 1 + CLIP) * gain).mean()
        entropy = -(jnp.exp(table) * table).sum(-1).mean()
        return policy + VALUE * miss - ENTROPY * entropy

    def collect(carry, _):
        theta, state, key = carry
        key, act, env = jax.random.split(key, 3)
        observation = state[0]
        table = jax.nn.log_softmax(apply(theta["policy"], observation))
        action = jax.random.categorical(act, table)
        chosen = jnp.take_along_axis(table, action[:, None], 1)[:, 0]
        value = apply(theta["value"], observation)[:, 0]
        state, done = jax.vmap(step)(jax.random.split(env, envs), state, action)
        return (theta, state, key), (observation, action, chosen, value, done)

    def advantages(value, done, last):
        def back(carry, row):
            tail, after = carry
            here, ended = row
            tail = 1.0 + GAMMA * after * (1 - ended) - here + GAMMA * LAMBDA * (1 - ended) * tail
            return (tail, here), tail

        return jax.lax.scan(back, (jnp.zeros_like(last), last), (value, done), reverse=True, unroll=16)[1]

    def minibatch(carry, rows):
        theta, moments = carry
        change, moments = optimiser.update(jax.grad(loss)(theta, rows), moments, theta)
        return (optax.apply_updates(theta, change), moments), None

    def update(carry, _):
        theta, moments, state, key = carry
        (_, state, key), (observation, action, chosen, value, done) = jax.lax.scan(
            collect, (theta, state, key), None, steps
        )
        gain = advantages(value, done.astype(jnp.float32), apply(theta["value"], state[0])[:, 0])
        rows = jax.tree.map(
            lambda a: a.reshape(envs * steps, *a.shape[2:]), (observation, action, chosen, value, gain, gain + value)
        )

        def epoch(carry, _):
            theta, moments, key = carry
            key, shuffle = jax.random.split(key)
            order = jax.random.permutation(shuffle, envs * steps)
            cut = jax.tree.map(lambda a: a[order].reshape(minibatches, batch, *a.shape[1:]), rows)
            (theta, moments), _ = jax.lax.scan(minibatch, (theta, moments), cut)
            return (theta, moments, key), None

        (theta, moments, key), _ = jax.lax.scan(epoch, (theta, moments, key), None, epochs)
        return (theta, moments, state, key), done.sum()

    def train(key):
        key, policy, value, env = jax.random.split(key, 4)
        theta = {"policy": network(policy, hidden, 2, 0.01), "value": network(value, hidden, 1, 1.0)}
        state = jax.vmap(start)(jax.random.split(env, envs))
        (theta, *_), ends = jax.lax.scan(update, (theta, optimiser.init(theta), state, key), None, updates)
        return theta, ends

    return train


def jax_ppo(envs=16, steps=128, epochs=4, minibatches=4, updates=50, hidden=(64, 64), compiling=False):
    """`updates` rollouts of envs * steps with their epochs; `compiling` counts tracing and compiling too. Unit: steps/s.

    "answers" holds the steps an episode lasted in the mean over the last fifth of the updates.
    """
    total = envs * steps * updates
    train = make_train(envs, steps, epochs, minibatches, updates, tuple(hidden))
    ready = None if compiling else jax.jit(train).lower(jax.random.key(0)).compile()

    def sample():
        begin = process_time()
        if compiling:
            jax.clear_caches()
        run = ready or jax.jit(train).lower(jax.random.key(0)).compile()
        compiled = process_time() - begin
        _, ends = jax.block_until_ready(run(jax.random.key(0)))
        spent = process_time() - begin
        late = ends[-max(1, updates // 5) :]
        length = float(envs * steps * len(late) / jnp.maximum(late.sum(), 1))
        return {"value": total / spent, "compile": compiled, "length": length}

    return sample
