/** Both sides of a comparison of meta-trainings on 2D navigation: each measurement is a whole one from the next seed. */
import { Effect } from "effect"
import { mamlTrpo } from "../algorithms/mod.ts"
import { child, key } from "../core/random/mod.ts"
import { Session } from "../core/service/session.ts"
import { mean } from "../core/stat/mod.ts"
import { navigationUniform } from "../envs/mod.ts"
import { navigation } from "../envs/navigation/navigation.ts"
import type { Training } from "./learning.ts"
import type { Opponent, Side } from "./suite.ts"
import { cpuSeconds, failed, made } from "./timing.ts"
import { fastest } from "./training.ts"

/** A meta-training as both sides are told it. */
export interface MetaCourse {
  /** Goals to learn from, evenly around the circle, and goals drawn from all around it to test on. */
  readonly goals: number
  readonly unseen: number
  /** Episodes a goal of each rollout, side by side. */
  readonly episodes: number
  readonly iterations: number
  readonly hidden: readonly [number, number]
}

const config = mamlTrpo.defaults
const LENGTH = navigation.maxEpisodeSteps

const ours = ({ goals, unseen, episodes, iterations, hidden }: MetaCourse): Side =>
  Effect.gen(function* () {
    const session = yield* fastest
    const network = { layers: hidden.length, width: hidden[0], activation: "tanh", taskOneHot: false } as const
    const policy = yield* made(mamlTrpo.makePolicy(navigation, network))
    const problem = { environment: navigation, policy, environmentsPerTask: episodes }
    const { tasks } = yield* made(navigationUniform.tasks({ n: goals }))
    let round = 0
    return Effect.gen(function* () {
      const seed = round++
      const root = yield* made(key(seed))
      const start = cpuSeconds()
      const stepsPerTask = 2 * episodes * LENGTH
      const learner = yield* mamlTrpo.learner(config, { ...problem, tasks, stepsPerTask, iterations })
      let state = yield* learner.init(root)
      const curve: [number, number][] = []
      for (let i = 0; i < iterations; i++) {
        const iteration = yield* learner.iterate(state)
        state = iteration.state
        curve.push([state.steps, meanOf(iteration.rows.map((r) => r.meanReturn))])
      }
      const seconds = cpuSeconds() - start
      const { tasks: others } = yield* made(navigationUniform.draw({}, child(root, "unseen"), unseen))
      const make = mamlTrpo.adapter ?? (() => Effect.die("maml-trpo has no adapter"))
      const { adapt } = yield* make(config, { ...problem, tasks: others, stepsPerTask: episodes * LENGTH })
      const adapted = yield* adapt(state, 1, child(root, "test"))
      const training: Training = {
        seed,
        curve,
        returns: { adapted: adapted.map((a) => meanOf([a.rollouts[1]?.meanReturn])) }
      }
      return { value: state.steps / seconds, training }
    }).pipe(Effect.provideService(Session, session), Effect.scoped, Effect.mapError(failed))
  }).pipe(Effect.mapError(failed))

const meanOf = (x: readonly (number | undefined)[]): number => mean(x.filter((v) => v !== undefined))

/** Our side and the peer, which shall take `goal` times as long. */
export const adaptedGoals = (
  course: MetaCourse,
  goal: number
): { readonly ours: Side; readonly opponents: readonly Opponent[] } => ({
  ours: ours(course),
  opponents: [
    {
      peer: "pytorch",
      goal,
      ask: {
        work: "torch_meta_train",
        args: { ...course, rate: config.inner.rate, gamma: config.gamma, trust: config.outer.trust }
      }
    }
  ]
})
