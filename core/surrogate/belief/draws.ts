/** Draws of what all groups may really be worth. */
import * as E from "fp-ts/lib/Either.js"
import { cholesky, choleskySolve } from "../../linalg/mod.ts"
import { child, fillNormal, type Key, type Stream, standardNormal, stream } from "../../random/mod.ts"
import { type Belief, predictedSum } from "./belief.ts"
import { likeness, parts, summedCovariances } from "./covariance.ts"
import { type BeliefPrior, difference, type Points, type Scales } from "./prior.ts"

/** Joint draws of Σ_{i in S} J_i(S) of every group, `[count, groups]`. */
export interface BeliefDraws {
  readonly count: number
  readonly values: Float64Array
}

/**
 * Draws from the posterior by correcting draws from the prior:
 *
 *     J | y  =  J' + Cov(J, seen) A⁻¹ (y − J'_seen − ε)
 *
 * with J' and ε drawn from the prior and of the noise. Equal keys give equal J' and ε, whatever was trained, so that draws after
 * different trainings differ by what these taught.
 *
 * - Source: Wilson et al., Pathwise conditioning of Gaussian processes, JMLR 22 (2021), equation 11 (Matheron's rule).
 */
export const drawGroups = (b: Belief, count: number, key: Key): BeliefDraws => {
  const { prior, points, seen, factor, scales, trainings } = b
  const [groups, n] = [prior.groups.length, seen.length]
  const every = Int32Array.from(prior.groups.keys())
  const w = summedCovariances(prior, points, every, seen, scales)
  const mean = Float64Array.from(every, (g) => predictedSum(prior, points, g))
  const y = trainings.flatMap((t) => t.returns)
  const drawPrior = priorDrawer(prior, points, scales)
  const values = new Float64Array(count * groups)
  for (let d = 0; d < count; d++) {
    const drawn = drawPrior(stream(child(key, "groups", d)))
    const noise = stream(child(key, "noise", d))
    const left = Float64Array.from(seen, (p, at) => {
      const spread = scales.noise[prior.groups[points.group[p]!]!.length > 1 ? 1 : 0]
      const known = prior.start[points.task[p]!]! + prior.gains[p]!
      return y[at]! - known - drawn[p]! - spread * scales.units[points.task[p]!]! * standardNormal(noise)
    })
    choleskySolve(n, factor, left)
    for (let g = 0; g < groups; g++) {
      let value = mean[g]!
      for (let p = points.offsets[g]!; p < points.offsets[g + 1]!; p++) value += drawn[p]!
      for (let o = 0; o < n; o++) value += w[g * n + o]! * left[o]!
      values[d * groups + g] = value
    }
  }
  return { count, values }
}

/** Makes draws of J less its mean, at every point. */
const priorDrawer = (prior: BeliefPrior, points: Points, { level, units }: Scales): ((s: Stream) => Float64Array) => {
  const { tasks, groups, gains, noise, slope } = prior
  const { group, task, draws } = points
  const count = group.length
  const alike = resemblanceDrawer(prior)
  return (s) => {
    const factor = slope * standardNormal(s)
    const weights = Float64Array.from({ length: draws }, () => standardNormal(s) / Math.sqrt(draws))
    const own = Float64Array.from({ length: tasks }, () => parts.task * standardNormal(s))
    const sized = Float64Array.from({ length: tasks + 1 }, () => parts.size * standardNormal(s))
    const { common, single } = alike(s)
    return Float64Array.from({ length: count }, (_, p) => {
      const [g, i] = [group[p]!, task[p]!]
      const missed = own[i]! + sized[groups[g]!.length]! + parts.common * common[g]! + parts.own * single(i, g)
      let value = factor * gains[p]! + level * units[i]! * missed
      for (let d = 0; d < draws; d++) value += weights[d]! * noise[d * count + p]!
      return value
    })
  }
}

/** Draws with the covariance ρ^|SΔT|: one that all members share, and for every task one of its own. */
type Resemblance = (s: Stream) => {
  readonly common: Float64Array
  readonly single: (task: number, group: number) => number
}

const resemblanceDrawer = (prior: BeliefPrior): Resemblance => (isCube(prior) ? onCube(prior.tasks) : onList(prior))

/** Whether all groups are there, in the order of `everyGroup`. */
export const isCube = ({ tasks, groups }: BeliefPrior): boolean => tasks <= 30 && groups.length === 2 ** tasks - 1

/** The covariance on all subsets of n things is the product of n of two: so is its root. */
const onCube =
  (n: number): Resemblance =>
  (s) => {
    const all = cubeDraw(s, n)
    const each = Array.from({ length: n }, () => cubeDraw(s, n - 1))
    return {
      common: all.subarray(1),
      single: (i, g) => {
        const set = g + 1
        const others = (set & ((1 << i) - 1)) | ((set >> (i + 1)) << i)
        return each[i]![others]!
      }
    }
  }

const cubeDraw = (s: Stream, n: number): Float64Array => {
  const out = new Float64Array(1 << n)
  fillNormal(s, out)
  const [r, rest] = [parts.resemblance, Math.sqrt(1 - parts.resemblance * parts.resemblance)]
  for (let bit = 1; bit < out.length; bit <<= 1) {
    for (let set = 0; set < out.length; set++) if (set & bit) out[set] = r * out[set ^ bit]! + rest * out[set]!
  }
  return out.map((v) => parts.alike * v + parts.alone * standardNormal(s))
}

const onList = ({ tasks, groups }: BeliefPrior): Resemblance => {
  const all = rootOf(groups)
  const having = Array.from({ length: tasks }, (_, i) =>
    groups.flatMap((members, g) => (members.includes(i) ? [g] : []))
  )
  const each = having.map((some) => rootOf(some.map((g) => groups[g]!)))
  const place = having.map((some) => new Map(some.map((g, at) => [g, at])))
  return (s) => {
    const common = all(s)
    const own = each.map((root) => root(s))
    return { common, single: (i, g) => own[i]![place[i]!.get(g)!]! }
  }
}

const rootOf = (groups: BeliefPrior["groups"]): ((s: Stream) => Float64Array) => {
  const n = groups.length
  const alike = likeness(Math.max(0, ...groups.map((g) => 2 * g.length)))
  const a = Float64Array.from({ length: n * n }, (_, at) => {
    const [x, y] = [Math.floor(at / n), at % n]
    return alike[difference(groups[x]!, groups[y]!)]! + (x === y ? 1e-10 : 0)
  })
  const found = cholesky(n, a)
  const root = E.isRight(found) ? found.right : a
  return (s) => {
    const z = new Float64Array(n)
    fillNormal(s, z)
    return Float64Array.from({ length: n }, (_, x) => {
      let sum = 0
      for (let y = 0; y <= x; y++) sum += root[x * n + y]! * z[y]!
      return sum
    })
  }
}
