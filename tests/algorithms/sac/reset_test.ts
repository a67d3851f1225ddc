/** PaCo's reset: lost tasks get a convex combination of the others' compositions, and nothing else moves. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import { type Sac, sac, softActorCritic, type TrainingProblem } from "../../../algorithms/mod.ts"
import { networks } from "../../../algorithms/sac/mathematics.ts"
import { resetProgram } from "../../../algorithms/sac/reset.ts"
import { sgd } from "../../../core/optim/mod.ts"
import { evaluate } from "../../../core/program/mod.ts"
import { zeroKey } from "../../../core/random/mod.ts"
import { cartPole, pendulum } from "../../../envs/mod.ts"
import { built } from "../../core/program/support.ts"
import { inSession, problemOf, right, train, twoPoles } from "../support.ts"

const network = { id: "paco", layers: 1, width: 4, activation: "tanh", taskOneHot: true, options: { sets: 3 } } as const

const unit = fc.double({ min: 0, max: 1, noNaN: true })
const many = (of: fc.Arbitrary<number>, length: number) => fc.array(of, { minLength: length, maxLength: length })

test("lost tasks' compositions become convex combinations of the others', in policy and both critics; all else stays", () => {
  // Three of the policy's four tasks, in another order.
  const policy = right(sac.makePolicy(pendulum, network, ["a", "b", "c", "d"]))
  const n = networks(policy, sac.defaults)
  const places = [3, 0, 2]
  const reset = built(resetProgram(n, places))
  fc.assert(
    fc.property(
      many(fc.boolean().map(Number), 3),
      // Draws of 0 only would be none.
      many(
        unit.map((u) => u + 0.01),
        9
      ),
      many(fc.double({ min: -1e3, max: 1e3, noNaN: true }), policy.size + n.twins.size),
      (within, mixing, numbers) => {
        const given = { policy: numbers.slice(0, policy.size), value: numbers.slice(policy.size), within, mixing }
        const after = evaluate(reset, given)
        const critic = n.actionKind.critic.layout
        for (const [before, now, layout] of [
          [given.policy, after.policy, policy.network.layout],
          [given.value.slice(0, critic.size), after.value.subarray(0, critic.size), critic],
          [given.value.slice(critic.size), after.value.subarray(critic.size), critic]
        ] as const) {
          const w = layout.blocks.find(({ name }) => name === "W_w") ?? assert.fail("no compositions")
          for (const [i, x] of before.entries()) {
            const at = i - w.offset
            const task = places.indexOf(at % 4)
            const inside = at >= 0 && at < w.size
            if (!inside || task < 0 || within[task] === 1 || !within.includes(1)) assert.ok(now[i] === x)
            else {
              const row = w.offset + at - (at % 4)
              const u = within.map((stays, other) => stays * mixing[other * 3 + task]!)
              const total = u.reduce((a, b) => a + b, 0)
              const want = u.reduce((sum, weight, other) => sum + (weight / total) * before[row + places[other]!]!, 0)
              assert.ok(Math.abs(now[i]! - want) < 1e-9, `${now[i]} for ${want}`)
            }
          }
        }
      }
    ),
    { numRuns: 50 }
  )
})

/** Policy and critics after one update by gradient descent, and what it told of the critics' losses. */
const updated = (problem: TrainingProblem, settings: Partial<Sac>) =>
  inSession(
    Effect.gen(function* () {
      const config = { ...sac.defaults, batch: 32, learningStarts: 64, trainEvery: 8, updates: 1, ...settings }
      const kind = softActorCritic({ id: "sac-test", version: "1", summary: "", optimizer: sgd() })
      const learner = yield* kind.learner(config, problem)
      const filled = yield* train(learner, yield* learner.init(zeroKey), 1)
      const { state, rows } = yield* learner.iterate(filled)
      return { state, losses: rows.map((r) => r.metrics.valueLoss ?? Number.NaN) }
    })
  )

test("after an update a task above maxTaskLoss is composed as the other of two, which learned as it would have", async () => {
  const ids = twoPoles.tasks.map((t) => t.id)
  const policy = right(sac.makePolicy(cartPole, network, ids))
  const problem = problemOf(cartPole, { tasks: twoPoles.tasks, policy, stepsPerTask: 32 })
  const free = await updated(problem, {})
  const [one = 0, two = 0] = free.losses
  const [lost, stays] = one > two ? [0, 1] : [1, 0]
  const masked = await updated(problem, { maxTaskLoss: (one + two) / 2 })
  const reset = await updated(problem, { maxTaskLoss: (one + two) / 2, resetTasks: true })
  const w = policy.network.layout.host(Float32Array.from(reset.state.policy), "W_w")
  const alone = policy.network.layout.host(Float32Array.from(masked.state.policy), "W_w")
  for (let k = 0; k < 3; k++) {
    assert.equal(w[2 * k + stays], alone[2 * k + stays])
    assert.ok(Math.abs(w[2 * k + lost]! - w[2 * k + stays]!) < 1e-6)
    assert.ok(Math.abs(alone[2 * k + lost]! - alone[2 * k + stays]!) > 1e-3)
  }
  const none = await updated(problem, { maxTaskLoss: 2 * Math.max(one, two), resetTasks: true })
  assert.deepEqual(none.state, free.state)
})

test("resetTasks wants maxTaskLoss, and a network of paco", () => {
  const told = { ...network, id: "multi-head", options: {} }
  const ids = twoPoles.tasks.map((t) => t.id)
  for (const [policy, settings] of [
    [right(sac.makePolicy(cartPole, network, ids)), {}],
    [right(sac.makePolicy(cartPole, told, ids)), { maxTaskLoss: 1 }]
  ] as const) {
    const problem = problemOf(cartPole, { tasks: twoPoles.tasks, policy })
    const refused = sac.check?.({ ...sac.defaults, ...settings, resetTasks: true }, problem)
    assert.match(JSON.stringify(refused), /resetTasks false without maxTaskLoss/)
  }
})
