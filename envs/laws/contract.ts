import { child, stream, zeroKey } from "../../core/random/mod.ts"
import type { Environment, Outcome } from "../env.ts"
import { actionOf, actionsOf, differ, type Law, made, type Trace, trace } from "./support.ts"

const STEPS = 120

/** That the functions of the dynamics come to an end of their own: what they throw, no other law needs to tell. */
export const returnLaws = (env: Environment): readonly Law[] => (env.open === undefined ? [throwLaw(env)] : [])

const throwLaw = (env: Environment): Law => ({
  name: "reset(), step() and observe() throw nothing",
  fix: "mend what throws; what a task cannot have belongs into the ranges of its parameters, bad ends into terminated",
  check: () => {
    const at = { call: "make()" }
    try {
      const d = made(env, {})
      const naming =
        <A extends readonly unknown[]>(call: string, of: (...given: A) => void) =>
        (...given: A): void => {
          at.call = call
          of(...given)
        }
      const told = {
        ...d,
        reset: naming("reset()", d.reset),
        step: naming("step()", d.step),
        observe: naming("observe()", d.observe)
      }
      trace(told, stream(child(zeroKey, 15)), actionsOf(env, STEPS, 15), STEPS)
    } catch (e) {
      return `${at.call} throws ${e instanceof Error ? `${e.name}: ${e.message}` : String(e)}`
    }
    return undefined
  }
})

/** What a call of reset(), step() and observe() leaves behind. */
export const callLaws = (env: Environment): readonly Law[] => [
  {
    name: "reset() writes the whole state: nothing of the episode before is left",
    fix: "write every number of state[at …] in reset(), also those that begin at 0",
    check: () => {
      const left = fromState(env, -1.5)
      return differ(fromState(env, 0), left) ?? differ(fromState(env, 1e9), left)
    }
  },
  {
    name: "observe() writes every component",
    fix: "write as many numbers to out[outAt …] as the observation space has components",
    check: () => {
      const d = made(env, {})
      const state = new Float64Array(d.stateSize)
      d.reset(state, 0, stream(child(zeroKey, 11)))
      const [a, b] = [-77.25, 33.5].map((fill) => {
        const out = new Float64Array(d.observationSize).fill(fill)
        d.observe(state.slice(), 0, out, 0)
        return out
      })
      const odd = a!.findIndex((x, i) => !Object.is(x, b![i]))
      return odd < 0 ? undefined : `want ${d.observationSize} numbers, component ${odd} is not written`
    }
  },
  {
    name: "step() fills the outcome each time: reward a number, terminated true or false",
    fix: "set outcome.reward and outcome.terminated on every path through step()",
    check: () => outcomeFault(env)
  },
  {
    name: "succeeded() is true or false by the state alone, and changes nothing",
    fix: "return one boolean that state[at …] decides, as it is when the episode has ended",
    check: () => {
      const d = made(env, {})
      const state = new Float64Array(d.stateSize)
      const { succeeded } = d
      if (succeeded === undefined) return undefined
      const source = stream(child(zeroKey, 18))
      const actions = actionsOf(env, STEPS, 18)
      const outcome: Outcome = { reward: 0, terminated: false }
      d.reset(state, 0, source)
      for (let t = 0; t < STEPS && !outcome.terminated; t++) d.step(state, 0, actionOf(actions, t, d), source, outcome)
      const before = state.slice()
      const moved = Float64Array.of(Number.NaN, ...state, Number.NaN)
      const [here, there] = [succeeded(state, 0), succeeded(moved, 1)]
      if (typeof here !== "boolean") return `want true or false, got ${String(here)}`
      if (here !== there) return `${here} at the beginning of an array, ${there} within another`
      return state.some((x, i) => !Object.is(x, before[i])) ? "it changed the state" : undefined
    }
  },
  {
    name: "observations rounded to the space's dtype are within its bounds",
    fix: "round the bounds themselves (Math.fround) or clip in observe()",
    check: () => {
      const space = env.observation
      if (space._tag !== "Box" || space.dtype !== "float32") return undefined
      for (const [t, row] of played(env).observations.entries())
        for (const [i, x] of row.entries()) {
          const seen = Math.fround(x)
          const [low, high] = [Math.fround(space.low[i]!), Math.fround(space.high[i]!)]
          if (seen < low || seen > high) return `observation ${t}, component ${i}: ${seen} is outside [${low}, ${high}]`
        }
      return undefined
    }
  },
  {
    name: "no call keeps a buffer that it was given",
    fix: "copy the numbers you need into state[at …]; buffers are the caller's, and hold something else afterwards",
    check: () => differ(played(env), playedInPassing(env))
  },
  {
    name: "two instances do not know of each other",
    fix: "make nothing outside dynamics() that changes: no module-level variable, no array shared between calls of make()",
    check: () => {
      const [a, b] = [made(env, {}), made(env, {})]
      const actions = actionsOf(env, STEPS, 12)
      const source = () => stream(child(zeroKey, 12))
      const before = trace(a, source(), actions.slice(), STEPS)
      trace(b, stream(child(zeroKey, 13)), actionsOf(env, STEPS, 14), STEPS)
      return differ(before, trace(a, source(), actions.slice(), STEPS))
    }
  },
  {
    name: "nothing draws from Math.random",
    fix: "take the stream: random.random(stream), random.uniform(stream, low, high), random.standardNormal(stream)",
    check: () => {
      const own = Math.random
      let draws = 0
      Math.random = () => {
        draws++
        return own()
      }
      try {
        played(env)
      } finally {
        Math.random = own
      }
      return draws === 0 ? undefined : `${draws} calls in ${STEPS} steps`
    }
  }
]

const played = (env: Environment): Trace =>
  trace(made(env, {}), stream(child(zeroKey, 15)), actionsOf(env, STEPS, 15), STEPS)

/** The same, each call on fresh buffers that hold nonsense afterwards. */
const playedInPassing = (env: Environment): Trace => {
  const d = made(env, {})
  const source = stream(child(zeroKey, 15))
  const actions = actionsOf(env, STEPS, 15)
  const found: Trace = { observations: [], rewards: [], ends: [] }
  const outcome: Outcome = { reward: 0, terminated: false }
  let state = new Float64Array(d.stateSize)
  const moved = (call: (own: Float64Array) => void): void => {
    const own = state
    call(own)
    state = own.slice()
    own.fill(Number.NaN)
  }
  const observe = (): void =>
    moved((own) => {
      const out = new Float64Array(d.observationSize)
      d.observe(own, 0, out, 0)
      found.observations.push([...out])
      out.fill(Number.NaN)
    })
  moved((own) => d.reset(own, 0, source))
  observe()
  for (let t = 0; t < STEPS; t++) {
    const given = actions.slice(t * d.actionSize, (t + 1) * d.actionSize)
    moved((own) => d.step(own, 0, given, source, outcome))
    given.fill(Number.NaN)
    observe()
    found.rewards.push(outcome.reward)
    found.ends.push(outcome.terminated)
    if (outcome.terminated) moved((own) => d.reset(own, 0, source))
  }
  return found
}

/** A trajectory whose state array held `fill` before the reset. */
const fromState = (env: Environment, fill: number): Trace => {
  const d = made(env, {})
  const state = new Float64Array(d.stateSize).fill(fill)
  const source = stream(child(zeroKey, 16))
  const actions = actionsOf(env, STEPS, 16)
  const found: Trace = { observations: [], rewards: [], ends: [] }
  const seen = new Float64Array(d.observationSize)
  const outcome: Outcome = { reward: 0, terminated: false }
  d.reset(state, 0, source)
  for (let t = 0; t < STEPS && !outcome.terminated; t++) {
    d.step(state, 0, actionOf(actions, t, d), source, outcome)
    d.observe(state, 0, seen, 0)
    found.observations.push([...seen])
    found.rewards.push(outcome.reward)
  }
  return found
}

const outcomeFault = (env: Environment): string | undefined => {
  const d = made(env, {})
  const actions = actionsOf(env, STEPS, 17)
  const play = (before: Outcome): Trace | string => {
    const found: Trace = { observations: [], rewards: [], ends: [] }
    const state = new Float64Array(d.stateSize)
    const source = stream(child(zeroKey, 17))
    d.reset(state, 0, source)
    for (let t = 0; t < STEPS; t++) {
      const outcome = { ...before }
      d.step(state, 0, actionOf(actions, t, d), source, outcome)
      if (typeof outcome.reward !== "number") return `step ${t}: reward is a ${typeof outcome.reward}`
      if (typeof outcome.terminated !== "boolean") return `step ${t}: terminated is ${String(outcome.terminated)}`
      found.rewards.push(outcome.reward)
      found.ends.push(outcome.terminated)
      if (outcome.terminated) d.reset(state, 0, source)
    }
    return found
  }
  const [a, b] = [play({ reward: Number.NaN, terminated: true }), play({ reward: 123.25, terminated: false })]
  if (typeof a === "string" || typeof b === "string") return typeof a === "string" ? a : String(b)
  const difference = differ(a, b)
  return difference === undefined ? undefined : `what was in the outcome before shows: ${difference}`
}
