/** What a policy of Stable-Baselines3 normalises observations by: the moments of a VecNormalize. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, argumentError, cannot } from "../../../core/failure/mod.ts"
import { shown } from "../../../core/text/shown.ts"
import { decode, dtypes, floatsOf } from "../../io/matrix/mod.ts"
import { entry, isList, isObject, type Pickled, readPickle } from "../pickle/mod.ts"

/** Mean and variance of each number of an observation, over `count` of them. */
export interface ObservationMoments {
  readonly mean: readonly number[]
  readonly variance: readonly number[]
  readonly count: number
}

const NORMALISER = "stable_baselines3.common.vec_env.vec_normalize.VecNormalize"
const MOMENTS = "stable_baselines3.common.running_mean_std.RunningMeanStd"

/** All that a saved VecNormalize names; only its moments are looked at. NumPy's module has two names, by its version. */
const allowed: ReadonlySet<string> = new Set([
  NORMALISER,
  MOMENTS,
  "gymnasium.spaces.box.Box",
  "gymnasium.spaces.discrete.Discrete",
  "gym.spaces.box.Box",
  "gym.spaces.discrete.Discrete",
  "collections.OrderedDict",
  "_codecs.encode",
  "numpy.ndarray",
  "numpy.dtype",
  ...["numpy.core", "numpy._core"].flatMap((core) => [
    `${core}.multiarray._reconstruct`,
    `${core}.multiarray.scalar`,
    `${core}.numeric._frombuffer`
  ]),
  "numpy.random._pickle.__generator_ctor",
  "numpy.random._pickle.__bit_generator_ctor",
  "numpy.random._pcg64.PCG64",
  "numpy.random.bit_generator.__pyx_unpickle_SeedSequence",
  "numpy.random.bit_generator.SeedSequence"
])

/** What all policies here normalise with; see `algorithms/normalise.ts`. */
const [EPSILON, LIMIT] = [1e-8, 10]

/** What a VecNormalize did to what the policy learned from. */
export interface Normaliser {
  /** Nothing where observations stayed as they are. */
  readonly observation: ObservationMoments | undefined
  /** What a reward was divided by, so that values are in parts of it; 1 where rewards stayed as they are. */
  readonly returnDeviation: number
}

/**
 * The moments that `VecNormalize.save` wrote.
 *
 * - Errors: `ArgumentError` for a pickle that names anything but a VecNormalize and what it holds, for observations of several
 *   kinds, and for another ε or clip than 1e-8 and 10.
 * - Source: Stable-Baselines3, common/vec_env/vec_normalize.py.
 */
export const readVecNormalize = (bytes: Uint8Array, name: string): E.Either<ArgumentError, Normaliser> => {
  const bad = (want: string, got: string, fix = "") => cannot(`read ${name}`, want, got, fix)
  return pipe(
    readPickle(bytes, allowed),
    E.mapLeft((flaw) => argumentError({ doing: `read ${name}`, ...flaw })),
    E.chain((root): E.Either<ArgumentError, Normaliser> => {
      if (!isObject(root, NORMALISER)) return bad("a VecNormalize of Stable-Baselines3", "something else")
      const told = (key: string) => entry(root.state, key)
      const returns = told("ret_rms")
      const spread = isObject(returns, MOMENTS) ? numberIn(entry(returns.state, "var")) : undefined
      const scaled = told("norm_reward") !== false && spread !== undefined && spread > 0 && spread < Infinity
      const returnDeviation = scaled ? Math.sqrt(spread + EPSILON) : 1
      if (told("norm_obs") === false) return E.right({ observation: undefined, returnDeviation })
      const [epsilon, limit] = [numberIn(told("epsilon")), numberIn(told("clip_obs"))]
      if (epsilon !== EPSILON || limit !== LIMIT) {
        return bad(
          `epsilon ${EPSILON} and clip_obs ${LIMIT}`,
          `${epsilon} and ${limit}`,
          "normalise the rows in Python, and leave --moments out"
        )
      }
      const moments = told("obs_rms")
      if (!isObject(moments, MOMENTS)) return bad("moments of one kind of observation", "a dictionary of several")
      const [mean, variance] = [arrayIn(entry(moments.state, "mean")), arrayIn(entry(moments.state, "var"))]
      const count = numberIn(entry(moments.state, "count"))
      if (mean === undefined || variance === undefined || count === undefined || mean.length !== variance.length) {
        return bad("a mean and a variance for each number of an observation", "others")
      }
      const odd = [...variance].findIndex((v) => !(v >= 0))
      if (odd >= 0 || !(count > 0))
        return bad("variances >= 0 over some observations", odd >= 0 ? shown(variance[odd]) : shown(count))
      return E.right({ observation: { mean: [...mean], variance: [...variance], count }, returnDeviation })
    })
  )
}

/** A number, of Python or of NumPy; an array of a single one before anything was seen. */
const numberIn = (x: Pickled | undefined): number | undefined => {
  if (typeof x === "number") return x
  const all = arrayIn(x)
  if (all !== undefined) return all.length === 1 ? all[0] : undefined
  if (!isObject(x) || !x.name.endsWith("multiarray.scalar") || !isList(x.arguments)) return undefined
  const [type, data] = x.arguments.items
  return numbersOf(type, data, 1)?.[0]
}

/** A NumPy array of numbers in C order. */
const arrayIn = (x: Pickled | undefined): (ArrayLike<number> & Iterable<number>) | undefined => {
  if (!isObject(x)) return undefined
  if (x.name.endsWith("numeric._frombuffer") && isList(x.arguments)) {
    const [data, type] = x.arguments.items
    return numbersOf(type, data)
  }
  if (!x.name.endsWith("multiarray._reconstruct") || !isList(x.state)) return undefined
  const [, , type, , data] = x.state.items
  return numbersOf(type, data)
}

/** Bytes as numbers of a NumPy type; `count` of them, or as many as there are. */
const numbersOf = (type: Pickled | undefined, data: Pickled | undefined, count?: number) => {
  if (!isObject(type, "numpy.dtype") || !isList(type.arguments) || !(data instanceof Uint8Array)) return undefined
  const [word] = type.arguments.items
  const own = typeof word === "string" ? dtypes.get(word) : undefined
  if (own === undefined) return undefined
  const order = isList(type.state) ? type.state.items[1] : "<"
  const there = Math.floor(data.length / own.size)
  return there < (count ?? 0) ? undefined : floatsOf(decode(own, data, count ?? there, order === ">"))
}
