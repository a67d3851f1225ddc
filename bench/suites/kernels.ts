/** Matrix products and whole training steps in the WebAssembly session, against PyTorch. */
import { Effect } from "effect"
import type { SessionService } from "../../core/service/session.ts"
import { make } from "../../plugins/sessions/wasm/mod.ts"
import { relaxedAvailable } from "../../plugins/sessions/wasm/module.ts"
import { actorStep, type Product, regressionStep, type StepProgram } from "../programs.ts"
import { productSide, programSide } from "../sides.ts"
import { type Ask, floor, type Opponent, type Side, type Suite, type Work } from "../suite.ts"
import { failed } from "../timing.ts"

const actor = [4, 64, 64, 64, 2]
const metaworld = [39, 400, 400, 400, 4]

interface Case extends Product {
  /** GFLOP/s we hold ourselves to. */
  readonly wanted?: number
}

// The sizes that training meets: a hidden layer at minibatch 64 and 2048, its two backward products, wide networks.
const cases: readonly Case[] = [
  { m: 64, k: 64, n: 64, wanted: 30 },
  { m: 2048, k: 64, n: 64, wanted: 30 },
  { m: 64, k: 2048, n: 64, transposeA: true },
  { m: 2048, k: 64, n: 64, transposeB: true },
  { m: 256, k: 256, n: 256, wanted: 30 },
  { m: 1280, k: 400, n: 400 }
]

const sgemm = (sessions: Sessions, c: Case): Work => {
  const { m, k, n, transposeA = false, transposeB = false } = c
  const args = { m, k, n, transpose_a: transposeA, transpose_b: transposeB }
  const side = (session: SessionService) => productSide(Effect.succeed(session), c)
  const shape = `${m}x${k}${transposeA ? "ᵀ" : ""} · ${k}x${n}${transposeB ? "ᵀ" : ""}`
  return {
    work: `sgemm ${shape}`,
    unit: "GFLOP/s",
    rounds: 7,
    ours: side(sessions.wasm),
    opponents: [
      ...(c.wanted === undefined ? [] : [floor(c.wanted)]),
      { peer: "torch", goal: null, ask: { work: "sgemm", args } },
      ...relaxed(sessions, side)
    ]
  }
}

/** The default session, and the one with fused multiply-add where the runtime has it. */
interface Sessions {
  readonly wasm: SessionService
  readonly relaxed: SessionService | undefined
}

const relaxed = (sessions: Sessions, side: (session: SessionService) => Side): readonly Opponent[] =>
  sessions.relaxed === undefined ? [] : [{ peer: "wasm:relaxed", goal: null, rival: side(sessions.relaxed) }]

/** PyTorch as a user runs it, and compiled, which takes half a minute the first time. */
const torch = (ask: Ask, goal: number | null): readonly Opponent[] => [
  { peer: "torch eager", goal, ask },
  { peer: "torch compiled", goal: null, ask: { ...ask, args: { ...ask.args, compiled: true } } }
]

/** One step of a network with these layers; times in milliseconds. */
const step = (
  sessions: Sessions,
  what: { readonly title: string; readonly peer: string; readonly goal: number | null },
  sizes: readonly number[],
  batch: number,
  build: (sizes: readonly number[], batch: number) => StepProgram
): Work => {
  const side = (session: SessionService) =>
    programSide(
      Effect.succeed(session),
      () => build(sizes, batch),
      (t) => 1e3 * t
    )
  return {
    work: `${what.title} ${sizes.join("-")}, batch ${batch}`,
    unit: "ms",
    rounds: 7,
    ours: side(sessions.wasm),
    opponents: [...torch({ work: what.peer, args: { sizes, batch } }, what.goal), ...relaxed(sessions, side)]
  }
}

export const kernels: Suite = {
  name: "kernels",
  question: "How fast are matrix products and whole training steps?",
  works: Effect.gen(function* () {
    const wasm = yield* make()
    const sessions: Sessions = { wasm, relaxed: relaxedAvailable() ? yield* make({ relaxed: true }) : undefined }
    const ppo = (goal: number) => ({ title: "PPO actor step", peer: "ppo_step", goal })
    const regression = { title: "regression step", peer: "mlp_step", goal: null }
    return [
      ...cases.map((c) => sgemm(sessions, c)),
      step(sessions, ppo(4), actor, 64, actorStep),
      step(sessions, ppo(0.6), actor, 2048, actorStep),
      step(sessions, regression, metaworld, 1280, regressionStep)
    ]
  }).pipe(Effect.mapError(failed))
}
