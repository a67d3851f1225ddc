/** What a session must reach: our fastest one beside what a user would pick instead, each work as its peers do it. */
import { Effect } from "effect"
import type { ProjectionKind } from "../../pipeline/stages/surrogate/features.ts"
import { make as native } from "../../plugins/sessions/native/mod.ts"
import { make as wasm } from "../../plugins/sessions/wasm/mod.ts"
import { actorStep, hessianVector, type Product, product, regressionStep, type StepProgram } from "../programs.ts"
import { type Features, featureSide, type MakeSession, programSide } from "../sides.ts"
import type { Ask, Opponent, Side, Suite, Work } from "../suite.ts"
import { leastSeconds } from "../timing.ts"
import {
  goingOn,
  likePureJax,
  likeStableBaselines,
  pureJax,
  type Setting,
  stableBaselines,
  titleOf,
  whole
} from "./ppo.ts"

const actor = [4, 64, 64, 64, 2]
const metaworld = [39, 400, 400, 400, 4]

/** One thread, as every peer has here. */
const fastest: MakeSession = native({ threads: 1 })

/** A work on our fastest session; the one that needs nothing installed stands beside it. */
const work = (
  title: string,
  unit: Work["unit"],
  rounds: number,
  side: (make: MakeSession) => Side,
  peers: readonly Opponent[]
): Work => ({
  work: title,
  unit,
  rounds,
  ours: side(fastest),
  opponents: [...peers, { peer: "ours, wasm", goal: null, rival: side(wasm()) }]
})

const sizes = [
  { m: 64, k: 64, n: 64 },
  { m: 2048, k: 64, n: 64 },
  { m: 256, k: 256, n: 256 },
  { m: 1280, k: 400, n: 400 }
]

const sgemm = (p: Product): Work => {
  const { m, k, n, transposeA = false, transposeB = false } = p
  const args = { m, k, n, transpose_a: transposeA, transpose_b: transposeB }
  return work(
    `sgemm ${m}x${k}${transposeA ? "ᵀ" : ""} · ${k}x${n}${transposeB ? "ᵀ" : ""}`,
    "GFLOP/s",
    5,
    (make) =>
      programSide(
        make,
        () => product(p),
        (t) => (2e-9 * m * k * n) / t
      ),
    [{ peer: "torch", goal: 0.9, ask: { work: "sgemm", args } }]
  )
}

/** PyTorch as a user runs it, and compiled, which takes half a minute the first time. */
const torch = (name: string, args: Ask["args"], goals: { eager: number; compiled: number | null }) => [
  { peer: "torch eager", goal: goals.eager, ask: { work: name, args } },
  { peer: "torch compiled", goal: goals.compiled, ask: { work: name, args: { ...args, compiled: true } } }
]

const milliseconds = (program: () => StepProgram) => (make: MakeSession) => programSide(make, program, (t) => 1e3 * t)

const step = (title: string, program: () => StepProgram, peers: readonly Opponent[]): Work =>
  work(title, "ms", 5, milliseconds(program), peers)

const regression = `forward, backward and Adam ${metaworld.join("-")}, batch 1280`

/** By the clock, on two cores. */
const threads = (program: () => StepProgram): Work => {
  const side = (threads: number) => programSide(native({ threads }), program, (t) => 1e3 * t, leastSeconds)
  return {
    work: `${regression}, two threads`,
    unit: "ms",
    rounds: 7,
    cores: 2,
    ours: side(2),
    opponents: [{ peer: "ours, one thread", goal: 1.7, rival: side(1) }]
  }
}

const training = (s: Setting): Work =>
  work(titleOf(s), "steps/s", 3, (make) => goingOn(make, s), [
    { peer: "stable-baselines3", goal: 25, ask: stableBaselines(s) }
  ])

const d = 400
const features: Features = { layers: 3, width: 64, batch: 2048, d }

const projected = (kind: ProjectionKind, goal: number): Work =>
  work(
    `gradient features ${actor.join("-")}, d = ${d}, ${kind}`,
    "transitions/s",
    3,
    (make) => featureSide(make, kind, features),
    [
      {
        peer: "torch.func + dense",
        goal,
        ask: { work: "gradient_features", args: { sizes: actor, batch: features.batch, d } }
      }
    ]
  )

export const sessions: Suite = {
  name: "sessions",
  question: "Is the fastest session as fast as the machine?",
  works: Effect.sync(() => [
    ...sizes.flatMap((s) => [
      sgemm(s),
      sgemm({ ...s, transposeA: true }),
      sgemm({ ...s, transposeB: true }),
      sgemm({ ...s, transposeA: true, transposeB: true })
    ]),
    ...[64, 2048].map((batch) =>
      step(
        `PPO actor step ${actor.join("-")}, batch ${batch}`,
        () => actorStep(actor, batch),
        torch(
          "ppo_step",
          { sizes: actor, batch },
          batch === 64 ? { eager: 20, compiled: 15 } : { eager: 2, compiled: null }
        )
      )
    ),
    step(
      regression,
      () => regressionStep(metaworld, 1280),
      torch("mlp_step", { sizes: metaworld, batch: 1280 }, { eager: 1, compiled: null })
    ),
    threads(() => regressionStep(metaworld, 1280)),
    step(
      `Hessian-vector product ${actor.join("-")}, 2048 rows`,
      () => hessianVector(actor, 2048),
      torch("hessian_vector", { sizes: actor, batch: 2048 }, { eager: 3, compiled: null })
    ),
    projected("sparse", 5),
    projected("gaussian", 1),
    training(likeStableBaselines(1)),
    training(likeStableBaselines(8)),
    work(`${titleOf(likePureJax)}, once compiled`, "steps/s", 3, (make) => whole(make, likePureJax, false), [
      { peer: "jax", goal: 1.3, ask: pureJax(false) }
    ])
  ])
}
