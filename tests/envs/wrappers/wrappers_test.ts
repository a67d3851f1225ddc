import assert from "node:assert/strict"
import { test } from "node:test"
import * as E from "fp-ts/lib/Either.js"
import { cannot } from "../../../core/failure/mod.ts"
import { zeroKey } from "../../../core/random/mod.ts"
import {
  cartPole,
  clipAction,
  type Environment,
  environmentFindings,
  frameSkip,
  identity,
  linearQuadratic,
  normaliseObservation,
  normaliseReward,
  observationMoments,
  pendulum,
  type Replay,
  replay,
  rescaleAction,
  returnMoments,
  timeLimit
} from "../../../envs/mod.ts"

const right = <A>(e: E.Either<{ readonly message: string }, A>): A =>
  E.isRight(e) ? e.right : assert.fail(e.left.message)

const refusal = (env: Environment): string => {
  const made = env.make({})
  return E.isLeft(made) ? made.left.message : assert.fail("made")
}

const play = (env: Environment, actions: readonly unknown[], params = {}): Replay =>
  right(replay(env, params, zeroKey, actions))

const ofObservations = right(observationMoments(cartPole, {}, zeroKey, 2000))
const ofReturns = right(returnMoments(pendulum, {}, zeroKey, 2000))

const wrapped: readonly Environment[] = [
  timeLimit(7)(cartPole),
  frameSkip(4)(cartPole),
  frameSkip(3)(pendulum),
  clipAction(pendulum),
  rescaleAction(-1, 1)(pendulum),
  rescaleAction(0, 5)(linearQuadratic),
  normaliseObservation(ofObservations)(cartPole),
  normaliseReward(ofReturns)(pendulum),
  normaliseReward(ofReturns)(rescaleAction()(frameSkip(2)(timeLimit(50)(pendulum))))
]

for (const env of wrapped)
  test(`${env.id} keeps the laws of environments, and its identity is its own`, () => {
    assert.deepEqual(
      environmentFindings(env).filter((f) => !f.advice),
      []
    )
    assert.match(right(identity(env, {})), /"environment":"[^"]+\+/)
  })

test("timeLimit() truncates, whatever limit the environment has", () => {
  const { steps, unused } = play(timeLimit(3)(cartPole), [0, 1, 0, 1, 0])
  assert.deepEqual([steps.length, unused, steps[2]?.truncated, steps[2]?.terminated], [3, 2, true, false])
  assert.equal(play(timeLimit(30)(linearQuadratic), new Array(40).fill([0, 0])).steps.length, 30)
})

test("frameSkip(k) gives the environment's own every k-th observation and sums of k rewards", () => {
  const own = play(linearQuadratic, new Array(20).fill([0.1, -0.2])).steps
  const { steps } = play(frameSkip(6)(linearQuadratic), new Array(9).fill([0.1, -0.2]))
  assert.equal(steps.length, 3) // 18 of the 20 steps that the time limit holds
  for (const [i, step] of steps.entries()) {
    assert.deepEqual(step.obs, own[6 * i + 5]?.obs)
    const sum = own.slice(6 * i, 6 * i + 6).reduce((a, s) => a + s.reward, 0)
    assert.equal(step.reward, sum)
  }
  assert.equal(frameSkip(6)(linearQuadratic).secondsPerStep, 6)
})

test("frameSkip() stops at the step that ends the task", () => {
  const own = play(cartPole, new Array(50).fill(1)).steps
  const skipped = play(frameSkip(4)(cartPole), new Array(50).fill(1)).steps
  assert.equal(skipped.at(-1)?.terminated, true)
  assert.deepEqual(skipped.at(-1)?.obs, own.at(-1)?.obs)
  assert.equal(
    skipped.reduce((sum, s) => sum + s.reward, 0),
    own.length
  )
})

test("clipAction() takes any finite action as the nearest within the bounds", () => {
  const clipped = clipAction(pendulum)
  assert.deepEqual(play(clipped, [[100], [-7]]).steps, play(pendulum, [[2], [-2]]).steps)
  assert.deepEqual(play(clipped, [[0.3]]).steps, play(pendulum, [[0.3]]).steps)
  assert.ok(E.isLeft(replay(clipped, {}, zeroKey, [[Number.NaN]])))
  assert.match(refusal(clipAction(cartPole)), /want a box of actions, got a discrete space/)
})

test("rescaleAction() maps its ends to the environment's bounds", () => {
  const scaled = rescaleAction(-1, 1)(pendulum)
  assert.deepEqual(play(scaled, [[-1], [1], [0]]).steps, play(pendulum, [[-2], [2], [0]]).steps)
  assert.ok(E.isLeft(replay(scaled, {}, zeroKey, [[1.5]])))
  assert.match(refusal(rescaleAction(1, 1)(pendulum)), /want a number below high = 1, got 1/)
  assert.match(refusal(rescaleAction()(clipAction(pendulum))), /want finite bounds, got .* in \[-Infinity, Infinity\]/)
})

test("normaliseObservation() gives the observations it was gathered from mean 0 and deviation 1", () => {
  const env = normaliseObservation(ofObservations)(cartPole)
  const { mean, squares, count } = right(observationMoments(env, {}, zeroKey, 2000))
  for (const i of [0, 1, 2, 3]) {
    assert.ok(Math.abs(mean[i]!) < 1e-9)
    assert.ok(Math.abs(squares[i]! / count - 1) < 1e-9)
  }
})

test("moments are parameters of the new environment: saved with it, set by tasks, wrapped only once", () => {
  const env = normaliseObservation(ofObservations)(cartPole)
  assert.equal(env.parameters.mean_x?.default, ofObservations.mean[0])
  assert.notEqual(right(identity(env, {})), right(identity(env, { mean_x: 1 })))
  const shift = play(env, [], { mean_x: 1, deviation_x: 2, length: 2 }).obs[0]!
  assert.equal(shift, Math.fround((first64(cartPole) - 1) / 2))
  assert.match(refusal(normaliseObservation(ofObservations)(env)), /parameter mean_x.*wrap only once/)
  assert.match(refusal(normaliseObservation(ofReturns)(cartPole)), /want of 4 components, got 1/)
  const unknown = env.make({ mean_xs: 1 })
  assert.ok(E.isLeft(unknown) && unknown.left._tag === "UnknownName" && unknown.left.nearest === "mean_x")
})

/** The first observation before it is rounded. */
const first64 = (env: Environment): number => {
  const { observation } = env
  const exact =
    observation._tag === "Box" ? { ...env, observation: { ...observation, dtype: "float64" as const } } : env
  return play(exact, []).obs[0]!
}

test("normaliseReward() divides by the deviation of discounted returns", () => {
  const env = normaliseReward(ofReturns)(pendulum)
  const spread = Math.sqrt(ofReturns.squares[0]! / ofReturns.count)
  const [own, scaled] = [play(pendulum, [[1], [1]]).steps, play(env, [[1], [1]]).steps]
  assert.deepEqual(
    scaled.map((s) => s.reward),
    own.map((s) => s.reward / spread)
  )
  const again = right(returnMoments(env, {}, zeroKey, 2000))
  assert.ok(Math.abs(again.squares[0]! / again.count - 1) < 1e-9)
})

test("wrappers refuse counts that are none, and environments without dynamics of their own", () => {
  assert.match(refusal(timeLimit(0)(cartPole)), /want an integer from 1, got 0/)
  assert.match(refusal(frameSkip(1.5)(cartPole)), /want an integer from 1, got 1\.5/)
  const open = () => cannot("open", "nothing", "members")
  assert.equal(frameSkip(2)({ ...cartPole, open }).open, undefined)
})
