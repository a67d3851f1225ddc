/** What BO-MRL gives to the training loop: Algorithm 2, line by line. */
import { Effect } from "effect"
import type { ArgumentError } from "../../core/failure/mod.ts"
import { zeroKey } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { type Buffer, Session } from "../../core/service/session.ts"
import { mean } from "../../core/stat/mod.ts"
import type { TaskRow, TrainingProblem } from "../algorithm.ts"
import { environmentRunner } from "../environment_runner.ts"
import { problemError } from "../error.ts"
import { trainingLoop } from "../loop.ts"
import { innerLoop, type RolloutData } from "../meta/inner_loop.ts"
import { updateMoments } from "../normalise.ts"
import { type Certificate, solver } from "./adaptation.ts"
import { checked, indefinite, unsolved } from "./check.ts"
import type { BoMrl } from "./config.ts"
import type { InnerProblem } from "./inner_problem.ts"
import { outer } from "./outer.ts"
import type { Solution } from "./system.ts"

/** Alg(i) as an inner learner that tells how well it solved; refuses what it did not solve, by task and iteration. */
export const within = (c: BoMrl, { policy, tasks }: Pick<TrainingProblem, "policy" | "tasks">) =>
  Effect.fnUntraced(function* (theta: Buffer, n: number) {
    const problem: InnerProblem = { config: c, policy, n }
    const adapting = yield* solver(problem, tasks.length, theta)
    let certificate: Certificate | undefined
    return {
      problem,
      adapting,
      /** Of the last step. */
      certificate: () => certificate,
      step: Effect.fnUntraced(function* (data: RolloutData, k: number) {
        yield* adapting.keep(data)
        certificate = yield* adapting.solve
        const refused = unsolvedIn(c, tasks, certificate, k)
        if (refused !== undefined) return yield* Effect.fail(refused)
      })
    }
  })

/** The first task whose problem was not solved as well as was asked for. */
const unsolvedIn = (
  { inner: { tolerance } }: BoMrl,
  tasks: TrainingProblem["tasks"],
  { relative, gradientNorm }: Certificate,
  iteration: number
): ArgumentError | undefined => {
  for (const [t, { id }] of tasks.entries()) {
    const [part, length] = [relative[t]!, gradientNorm[t]!]
    if (!Number.isFinite(length)) return unsolved(id, iteration, "a solution", `a gradient of norm ${length}`)
    if (tolerance === "off" || part <= tolerance) continue
    const want = `a gradient of at most ${tolerance} of what it was at the meta-policy`
    const got = `${part.toPrecision(3)} of it, a gradient of norm ${length.toPrecision(4)}`
    return unsolved(id, iteration, want, got)
  }
  return undefined
}

/** The task whose curvature is the least positive definite, so that the damping that mends it mends all. */
const worstOf = (solutions: readonly Solution[]) =>
  solutions
    .flatMap(({ indefinite: smallest }, task) => (smallest === undefined ? [] : [{ task, smallest }]))
    .toSorted((a, b) => a.smallest - b.smallest)[0]

/** Makes a meta-training ready: compiles its programs once and takes its memory, both given back with the scope. */
export const learner = (id: string, version: string) =>
  Effect.fn("bilevel.learner")(function* (c: BoMrl, problem: TrainingProblem) {
    const { tasks, policy } = problem
    const rolloutSteps = yield* fromEither(checked(c, problem))
    const session = yield* Session
    const Real = realOf(session)
    const count = tasks.length
    const x = yield* environmentRunner(problem, zeroKey, Real)
    const phi = yield* session.buffer([policy.size])
    const inner = yield* innerLoop(c, problem, x, rolloutSteps, within(c, problem))
    const [before, after] = [inner.data(), inner.data()]
    const differentiating = yield* outer(inner.learner.problem, tasks, { phi, inner, after })

    return yield* trainingLoop({
      id,
      version,
      config: c,
      anneals: false,
      problem,
      Real,
      x,
      valueSize: 0,
      arrays: [],
      streams: [],
      first: Effect.fnUntraced(function* ({ key, start, given }) {
        if (count < 2 && start.policy === undefined) {
          const want = "two or more, or start.policy to go on from (for one task alone use ppo or sac)"
          return yield* Effect.fail(problemError("tasks", want, String(count)))
        }
        return {
          policy: yield* given("policy", () => policy.init(key)),
          value: yield* given("value", () => new Real(0)),
          arrays: {}
        }
      }),
      write: (s) => session.write(phi, s.policy),
      read: Effect.gen(function* () {
        return { policy: yield* session.read(phi), value: new Real(0), arrays: {} }
      }),
      iterate: Effect.fnUntraced(function* ({ state, actions, memory: past, watch, fail }) {
        // 2: all tasks are the batch. 3, 4: trajectories of the meta-policy on each, and what they are worth.
        yield* inner.start(state.policy)
        const under = yield* inner.play(actions, before)
        if (under.broken.length > 0) return yield* Effect.fail(fail("reward or log-probability", under.broken))
        let memory = updateMoments(policy, past, inner.rows, c.gamma, tasks)
        // 5: the task-specific policies.
        yield* inner.learner.step(before, state.iteration)
        const certificate = inner.learner.certificate()
        const played = yield* inner.play(actions, after)
        if (played.broken.length > 0) return yield* Effect.fail(fail("reward or log-probability", played.broken))
        memory = updateMoments(policy, memory, inner.rows, c.gamma, tasks)
        yield* fromEither(x.normaliser.set(memory.moments))
        // 6: the hypergradients.
        const found = yield* differentiating.hypergradients
        const odd = tasks.flatMap((_, t) => (found.finite(t) ? [] : [t]))
        if (odd.length > 0) return yield* Effect.fail(fail("loss or hypergradient", odd))
        const worst = worstOf(found.solutions)
        if (worst !== undefined)
          return yield* Effect.fail(indefinite(tasks[worst.task]!.id, state.iteration, c, worst.smallest))
        // 7: TRPO's step of the meta-parameter.
        const moved = yield* differentiating.step(found)
        watch({ ...moved, loss: mean(found.loss) })
        const rows = tasks.map(({ id: task }, t): TaskRow => {
          const { episodes, meanReturn, meanLength, meanReward } = played.played[t]!
          const returnBefore = under.played[t]!.meanReturn
          const metrics = {
            rewardBefore: under.played[t]!.meanReward,
            rewardAfter: meanReward,
            ...(returnBefore === undefined ? {} : { returnBefore }),
            loss: found.loss[t]!,
            kl: found.kl[t]!,
            innerGradient: certificate?.relative[t] ?? 0,
            innerGain: certificate?.gained[t] ?? 0,
            systemResidual: found.solutions[t]!.residual,
            hypergradientNorm: found.norms[t]!,
            ...moved
          }
          return { task, episodes, meanReturn, meanLength, metrics }
        })
        return { rows, steps: 2 * inner.learner.problem.n * count, memory }
      })
    })
  })
