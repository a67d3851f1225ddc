/** The policy that is told no task, and what rewards say of how near to it each task's policy stays. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../../core/failure/mod.ts"
import { constant, evaluate, mul, type Program, program, type Tensor } from "../../core/program/mod.ts"
import { child, fillNormal, stream, zeroKey } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { type Buffer, Session } from "../../core/service/session.ts"
import type { Problem } from "../algorithm.ts"
import { pauseEvery } from "../environment_runner.ts"
import { problemError } from "../error.ts"
import type { Policy } from "../policy.ts"
import type { RolloutBuffer } from "../rollouts.ts"
import type { Networks } from "./networks.ts"

/** r' = r + `prior`·log π_0(a|s) − `own`·log π(a|s) of each step. */
export interface PriorWeights {
  readonly prior: number
  readonly own: number
}

/** Inputs that tell the task at 0, so that none is told. */
const untold = ({ inputs, taskIds }: Policy, observation: Tensor): Tensor => {
  const seen = Array.from({ length: inputs }, (_, i) => (i < inputs - taskIds.length ? 1 : 0))
  return mul(observation, constant(seen, [inputs]))
}

/** log π_0(a|s) of every row: `[rows]`, like π's own of θ, observation and action. */
export const priorLogProb = (
  policy: Policy,
  theta: Tensor,
  x: { readonly observation: Tensor; readonly action: Tensor }
): Tensor => policy.logProb(theta, untold(policy, x.observation), x.action).logProb

const priorProgram = (n: Networks, rows: number) =>
  program(
    "prior",
    {
      parameters: [n.layout.size],
      observation: [rows, n.policy.inputs],
      action: n.policy.actionShape(rows)
    },
    (x) => ({ logProb: priorLogProb(n.policy, n.layout.view(x.parameters, "policy"), x) })
  )

/**
 * Errors: `ArgumentError` for a policy that is told nothing, and so would be drawn to itself, and for one that sees nothing where it is
 * told none, as heads do, so that nothing can be distilled.
 */
export const checkTold = ({ policy }: Pick<Problem, "policy">, id: string): E.Either<ArgumentError, undefined> => {
  const whose = `${id}, whose prior is the policy told none`
  if (policy.taskIds.length === 0) {
    const got = "one that is not; set network.taskOneHot=true (and network.id=two-column)"
    return E.left(problemError("policy", `one that is told its task for ${whose}`, got))
  }
  const want = `one that acts by what it sees where it is told no task, as two-column does, for ${whose}`
  return E.chain((sees: boolean) =>
    sees ? E.right(undefined) : E.left(problemError("network.id", want, policy.network.id))
  )(seesUntold(policy))
}

/** Observations by which an untold network is told from a constant. */
const LOOKS = 32

/** Whether the network's outputs go by the observation where no task is told. */
const seesUntold = (policy: Policy): E.Either<ArgumentError, boolean> => {
  const { network, inputs } = policy
  const [theta, observation] = [stream(child(zeroKey, "untold", "theta")), new Float64Array(LOOKS * inputs)]
  fillNormal(stream(child(zeroKey, "untold", "observation")), observation)
  const shapes = { theta: [network.layout.size], observation: [LOOKS, inputs] }
  return E.map((p: Program<"theta" | "observation", "output">) => {
    const { output } = evaluate(p, { theta: network.init(theta, 1), observation })
    return output.some((y, i) => y !== output[i % network.outputs])
  })(program("untold", shapes, (x) => ({ output: network.forward(x.theta, untold(policy, x.observation)).output })))
}

/** Rows of one call: as many as of the value program. */
const CHUNK = 128

/** Makes ready what is added to the rewards of a rollout, under the parameters that the session holds: one number a transition. */
export const regulariser = Effect.fn("on_policy.regulariser")(function* (
  { prior, own }: PriorWeights,
  n: Networks,
  parameters: Buffer
) {
  const session = yield* Session
  const Real = realOf(session)
  const { inputs, actionSize } = n.policy
  const executable = yield* session.compile(yield* fromEither(priorProgram(n, CHUNK)))
  const observation = new Real(CHUNK * inputs)
  const action = new Real(CHUNK * actionSize)
  const logProb = new Real(CHUNK)
  const call = executable.run({ parameters, observation, action }, { logProb })
  const pause = pauseEvery(executable.cost.flops)
  return Effect.fnUntraced(function* (e: RolloutBuffer) {
    const added = new Float64Array(e.count)
    for (let from = 0; from < e.count; from += CHUNK) {
      const rows = Math.min(CHUNK, e.count - from)
      observation.set(e.observation.subarray(from * inputs, (from + rows) * inputs))
      action.set(e.action.subarray(from * actionSize, (from + rows) * actionSize))
      yield* call
      for (let i = 0; i < rows; i++) added[from + i] = prior * logProb[i]! - own * e.logProb[from + i]!
      yield* pause
    }
    return added
  })
})
