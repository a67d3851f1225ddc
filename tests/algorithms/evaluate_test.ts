import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { evaluator, makePolicy, type Problem } from "../../algorithms/mod.ts"
import { child, zeroKey } from "../../core/random/mod.ts"
import { cartPole } from "../../envs/mod.ts"
import { inSession, right } from "./support.ts"

const network = { layers: 1, width: 8, activation: "tanh", taskOneHot: false } as const
const [short, long] = [
  { id: "short", params: { length: 0.2 } },
  { id: "long", params: { length: 2 } }
]
const policy = right(makePolicy(cartPole, network))
const theta = policy.init(zeroKey)
const problem = (tasks: Problem["tasks"], environmentsPerTask: number): Problem => ({
  environment: cartPole,
  tasks,
  policy,
  environmentsPerTask
})

const played = (tasks: Problem["tasks"], environmentsPerTask: number, episodes: number) =>
  inSession(
    Effect.flatMap(evaluator(problem(tasks, environmentsPerTask)), (evaluate) =>
      evaluate(theta, { episodes, actions: "sample" }, child(zeroKey, "evaluation"))
    )
  )

test("evaluator() plays the episodes asked for, however they are spread over environments", async () => {
  for (const environments of [1, 4, 7, 10]) {
    const results = await played([short, long], environments, 7)
    for (const r of results) {
      assert.equal(r.returns.length, 7)
      // CartPole pays 1 a step, so that return and length must be one.
      assert.deepEqual(r.returns, r.lengths)
      assert.ok(Math.abs(r.meanReturn - r.returns.reduce((a, b) => a + b, 0) / 7) < 1e-12)
    }
  }
})

test("evaluator() gives a task the same episodes whatever tasks stand beside it, in any order", async () => {
  const [both, turned, alone] = [
    await played([short, long], 4, 9),
    await played([long, short], 4, 9),
    await played([long], 4, 9)
  ]
  assert.deepEqual(both[1], turned[0])
  assert.deepEqual(both[1], alone[0])
  assert.deepEqual(both[0], turned[1])
})

test("evaluator() twice gives the same, by mode too, and refuses parameters of another size", async () => {
  await inSession(
    Effect.gen(function* () {
      const evaluate = yield* evaluator(problem([short], 3))
      const options = { episodes: 5, actions: "mode" } as const
      assert.deepEqual(yield* evaluate(theta, options, zeroKey), yield* evaluate(theta, options, zeroKey))
      const refused = yield* Effect.flip(evaluate(theta.slice(1), options, zeroKey))
      assert.equal(refused._tag, "ArgumentError")
      assert.ok(refused.message.includes(`${policy.size} parameters, got ${policy.size - 1}`))
    })
  )
})

test("a task that the policy does not name is played as the one that it is told as", async () => {
  const told = right(makePolicy(cartPole, { ...network, taskOneHot: true }, ["short", "long"]))
  const playedAs = (toldAs?: string) => {
    const tasks = [{ id: "other", params: { length: 1 }, ...(toldAs === undefined ? {} : { toldAs }) }]
    const of = { environment: cartPole, tasks, policy: told, environmentsPerTask: 2 }
    return inSession(
      Effect.flatMap(evaluator(of), (evaluate) =>
        evaluate(
          told.init(zeroKey).map((x) => 10 * x),
          { episodes: 4, actions: "sample" },
          child(zeroKey, "evaluation")
        )
      )
    )
  }
  const [asShort, asLong] = [await playedAs("short"), await playedAs("long")]
  assert.notDeepEqual(asShort[0]?.returns, asLong[0]?.returns)
  assert.equal(asShort[0]?.task, "other")
  await assert.rejects(playedAs(), /tasks of the policy \(short, long\), got other/)
})
