/** The hypergradient of BO-MRL at the paper's sizes: two hidden layers of 64, 20 rollouts of 200 steps of a half-cheetah. */
import { Effect } from "effect"
import { defaults } from "../../algorithms/bilevel/config.ts"
import { make as native } from "../../plugins/sessions/native/mod.ts"
import { type HypergradientSize, hypergradientPeer, hypergradientSide } from "../hypergradient.ts"
import { floor, type Suite, type Work } from "../suite.ts"
import { leastSeconds } from "../timing.ts"
import { fastest } from "../training.ts"

/** Milliseconds that it may take; the paper's appendix E has about 300, on one CPU. */
const WANTED = 30

const size: HypergradientSize = {
  observation: 17,
  hidden: 64,
  action: 6,
  transitions: 4000,
  tolerance: defaults.hypergradient.tolerance
}

const title = `hypergradient D1, 17-64-64-6, ${size.transitions} transitions`

const works: readonly Work[] = [
  {
    work: title,
    unit: "ms",
    rounds: 7,
    // Float32 on both sides, sums over 4000 transitions and a linear system solved to a hundredth.
    agree: 1e-2,
    ours: hypergradientSide(fastest, size),
    opponents: [floor(WANTED), hypergradientPeer(size)]
  },
  {
    work: `${title}, two cores`,
    unit: "ms",
    rounds: 7,
    cores: 2,
    ours: hypergradientSide(native({ threads: 2 }), size, leastSeconds),
    opponents: [floor(WANTED)]
  }
]

export const bilevel: Suite = {
  name: "bilevel",
  question: "How long does a hypergradient by implicit differentiation take?",
  works: Effect.succeed(works)
}
