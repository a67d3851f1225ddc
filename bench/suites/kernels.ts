/** Matrix products and whole training steps against PyTorch. */
import { Effect } from "effect"
import { type Ask, floor, missing, type Opponent, type Suite, type Work } from "../suite.ts"

const actor = [4, 64, 64, 64, 2]
const metaworld = [39, 400, 400, 400, 4]

interface Product {
  readonly m: number
  readonly k: number
  readonly n: number
  readonly transposeA?: boolean
  readonly transposeB?: boolean
  /** GFLOP/s we hold ourselves to. */
  readonly wanted?: number
}

// The sizes that training meets: a hidden layer at minibatch 64 and 2048, its two backward products, wide networks.
const products: readonly Product[] = [
  { m: 64, k: 64, n: 64, wanted: 30 },
  { m: 2048, k: 64, n: 64, wanted: 30 },
  { m: 64, k: 2048, n: 64, transposeA: true },
  { m: 2048, k: 64, n: 64, transposeB: true },
  { m: 256, k: 256, n: 256, wanted: 30 },
  { m: 1280, k: 400, n: 400 }
]

const sgemm = (p: Product): Work => {
  const { m, k, n, transposeA = false, transposeB = false } = p
  const args = { m, k, n, transpose_a: transposeA, transpose_b: transposeB }
  return {
    work: `sgemm ${m}x${k}${transposeA ? "ᵀ" : ""} · ${k}x${n}${transposeB ? "ᵀ" : ""}`,
    unit: "GFLOP/s",
    rounds: 7,
    ours: Effect.fail(missing("plugins/session_wasm")),
    opponents: [
      ...(p.wanted === undefined ? [] : [floor(p.wanted)]),
      { peer: "torch", goal: null, ask: { work: "sgemm", args } }
    ]
  }
}

/** PyTorch as a user runs it, and compiled, which takes half a minute the first time. */
const torch = (ask: Ask, goal: number | null): readonly Opponent[] => [
  { peer: "torch eager", goal, ask },
  { peer: "torch compiled", goal: null, ask: { ...ask, args: { ...ask.args, compiled: true } } }
]

const ppoStep = (batch: number, goal: number): Work => ({
  work: `PPO actor step ${actor.join("-")}, batch ${batch}`,
  unit: "ms",
  rounds: 7,
  ours: Effect.fail(missing("plugins/session_wasm")),
  opponents: torch({ work: "ppo_step", args: { sizes: actor, batch } }, goal)
})

const mlpStep = (batch: number): Work => ({
  work: `regression step ${metaworld.join("-")}, batch ${batch}`,
  unit: "ms",
  rounds: 7,
  ours: Effect.fail(missing("plugins/session_wasm")),
  opponents: torch({ work: "mlp_step", args: { sizes: metaworld, batch } }, null)
})

export const kernels: Suite = {
  name: "kernels",
  question: "How fast are matrix products and whole training steps?",
  works: Effect.succeed([...products.map(sgemm), ppoStep(64, 4), ppoStep(2048, 0.6), mlpStep(1280)])
}
