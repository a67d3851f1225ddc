import assert from "node:assert/strict"
import { test } from "node:test"
import * as E from "fp-ts/lib/Either.js"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { beginEpisode, cartPole, pendulum, recordEpisode, replay } from "../../../envs/mod.ts"

const right = <A>(e: E.Either<{ readonly message: string }, A>): A =>
  E.isRight(e) ? e.right : assert.fail(e.left.message)

const key = child(zeroKey, 3)

test("recordEpisode() keeps a whole episode: replaying its actions gives the same", () => {
  const lean = (obs: readonly number[]) => (obs[2]! + obs[3]! > 0 ? 1 : 0)
  const recording = right(recordEpisode(cartPole, { length: 1 }, key, lean))
  const again = right(replay(cartPole, { length: 1 }, key, recording.actions))
  assert.deepEqual([again.obs, again.steps, again.unused], [recording.obs, recording.steps, 0])
  assert.equal(recording.frames.length, recording.steps.length + 1)
  assert.ok(recording.frames.every((f) => f.startsWith("<svg ")))
  const { render } = right(cartPole.make({ length: 1 }))
  assert.deepEqual(
    recording.states.map((state) => render?.(state, 0)),
    recording.frames
  )
  const last = recording.steps.at(-1)
  assert.ok(last?.terminated === true || last?.truncated === true)
})

test("an action that is not in the space is refused with its step: recordEpisode() and beginEpisode()", () => {
  const refused = recordEpisode(cartPole, {}, key, (_, t) => (t < 2 ? 0 : 7))
  assert.ok(E.isLeft(refused) && refused.left._tag === "ActionError" && refused.left.index === 2)
  const episode = right(beginEpisode(pendulum, {}, key))
  for (const bad of [[Number.NaN], [0, 0], [9], "0", null]) {
    const step = episode.step(bad)
    assert.ok(E.isLeft(step) && step.left._tag === "ActionError", JSON.stringify(bad))
  }
  const first = right(episode.step([0.5]))
  assert.deepEqual(first, right(replay(pendulum, {}, key, [[0.5]])).steps[0])
})

test("a step after the end is refused, and the episode stays as it ended", () => {
  const episode = right(beginEpisode({ ...cartPole, maxEpisodeSteps: 2 }, {}, key))
  right(episode.step(0))
  assert.equal(right(episode.step(0)).truncated, true)
  const picture = episode.render()
  const after = episode.step(0)
  assert.ok(E.isLeft(after) && /at most 2 actions: the episode ended, got one more/.test(after.left.message))
  assert.equal(episode.render(), picture)
})

test("parameters out of range are refused before the episode begins", () => {
  const refused = beginEpisode(cartPole, { length: -1 }, key)
  assert.ok(E.isLeft(refused) && refused.left._tag === "ParameterError")
})
