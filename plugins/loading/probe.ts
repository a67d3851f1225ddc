/** Whether contributed dynamics write the numbers that they say: seen before anything is learnt from them. */
import { stream, zeroKey } from "../../core/random/mod.ts"
import { environmentError } from "../../envs/internal.ts"
import type { Dynamics, Environment, EnvironmentError } from "../../envs/mod.ts"

/** What nobody writes by chance. */
const [MARK, OTHER_MARK] = [-12345.678, 98765.4321]

/**
 * Begins an episode between marks and looks at it: what `reset` and `observe` leave out, write beside, or cannot be
 * numbers.
 */
export const firstIssue = (env: Environment, d: Dynamics): EnvironmentError | undefined => {
  const wrong = (field: string, want: string, got: string, fix: string) =>
    environmentError(env.id, field, want, got, fix)
  const state = new Float64Array(d.stateSize + 2).fill(MARK)
  d.reset(state, 1, stream(zeroKey))
  if (state[0] !== MARK || state[d.stateSize + 1] !== MARK) {
    const want = `${d.stateSize} numbers written to state[at …]`
    return wrong("reset()", want, "one before or behind them", "count them in stateSize")
  }
  const size = d.observationSize
  const [a, b] = [MARK, OTHER_MARK].map((mark) => {
    const out = new Float64Array(size + 2).fill(mark)
    d.observe(state, 1, out, 1)
    return { out, mark }
  })
  const want = `${size} numbers written to out[outAt …]`
  if ([a!, b!].some(({ out, mark }) => out[0] !== mark || out[size + 1] !== mark))
    return wrong("observe()", want, "one before or behind them", "change the observation space or observe()")
  for (let i = 0; i < size; i++) {
    const x = a!.out[i + 1]!
    if (x === MARK && b!.out[i + 1] === OTHER_MARK)
      return wrong("observe()", want, `none for ${nameOf(env, i)}`, "change the observation space or observe()")
  }
  return undefined
}

/** A component of what is seen, for messages. */
export const nameOf = ({ observation }: Environment, i: number): string =>
  observation._tag === "Box" ? `component ${i} (${observation.names[i]})` : "the state"
