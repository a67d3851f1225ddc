/** Task families of environments in Python: which parameter varies is an option. */
import * as Either from "fp-ts/lib/Either.js"
import { exp, log } from "../../core/math/mod.ts"
import { type Key, stream, uniform } from "../../core/random/mod.ts"
import {
  choiceOf,
  distinctDraws,
  type EnvError,
  type Environment,
  type Family,
  integer,
  number,
  optionError,
  type Params,
  type Resolved,
  resolve,
  type Task,
  type TaskSet,
  text
} from "../../envs/mod.ts"
import { typedValue } from "./environment.ts"
import { Listed, parse } from "./messages.ts"

const table = {
  n: integer(2, "", 1, 1000, "number of tasks"),
  parameter: text("", /.*/, "the name of a parameter, as pgex envs shows them", [], "what differs from task to task"),
  values: text(
    "",
    /.*/s,
    "values with commas between them, or a list in JSON",
    [],
    "the parameter's values, one a task"
  ),
  from: number(
    0,
    "",
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    "without values: the parameter of the first task"
  ),
  to: number(
    1,
    "",
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    "without values: the parameter of the last task"
  ),
  spacing: choiceOf("linear", ["linear", "geometric"], "how the parameters between them are spaced")
}
type Options = Resolved<typeof table>

/** Values in a text: a list in JSON, or what stands between commas that are in no brackets or quotes. */
const valuesOf = (values: string): readonly (number | boolean | string)[] => {
  if (!/[[\]"]/.test(values)) return values.split(",").map((v) => v.trim())
  const all = parse(Listed, values) ?? parse(Listed, `[${values}]`)
  return all === undefined
    ? values.split(",").map((v) => v.trim())
    : all.map((v) => (typeof v === "object" ? JSON.stringify(v) : v))
}

/** The tasks of a benchmark, by the values of a parameter. */
export interface Suite {
  readonly parameter: string
  readonly values: readonly string[]
}

const tableOf = ({ parameter, values }: Suite): typeof table => ({
  ...table,
  n: { ...table.n, default: values.length },
  parameter: { ...table.parameter, default: parameter },
  values: { ...table.values, default: values.join(",") }
})

/**
 * The family of an environment: `n` tasks that differ in one parameter, by `values` or evenly from `from` to `to`.
 * Further tasks are drawn from the values, or uniformly between the ends. Of a benchmark, the first `n` of its tasks.
 */
export const familyOf = (
  environment: Environment,
  suite: Suite | null = null,
  whole: readonly string[] = []
): Family => {
  const options = suite === null ? table : tableOf(suite)
  const checked = <A>(given: Params, use: (o: Options) => Either.Either<EnvError, A>): Either.Either<EnvError, A> =>
    Either.chain((o: Options) => {
      if (Object.hasOwn(environment.parameters, o.parameter)) return use(o)
      // The environment's own words: which parameters there are, and which was meant.
      const unknown = resolve(environment.id, "parameter", environment.parameters, { [o.parameter]: 0 })
      return Either.isLeft(unknown) ? unknown : use(o)
    })(resolve(environment.id, "option", options, given))
  const task = (name: string, value: number | boolean | string): Task => ({
    id: `${name}=${value}`,
    environment: environment.id,
    params: { [name]: value }
  })
  const valid = (tasks: readonly Task[]): Either.Either<EnvError, TaskSet> => {
    for (const { params } of tasks) {
      const all = resolve(environment.id, "parameter", environment.parameters, params)
      if (Either.isLeft(all)) return all
    }
    return Either.right({ tasks, planted: undefined })
  }
  const listed = ({ parameter, values }: Options) => {
    const typed = environment.parameters[parameter]?.kind === "text" ? String : typedValue
    return valuesOf(values).map((v) => (typeof v === "string" ? typed(v) : v))
  }
  /** A number between two ends: a whole one where the ends and the default are. */
  const between = ({ parameter, from, to }: Options): ((x: number) => number) =>
    whole.includes(parameter) && Number.isInteger(from) && Number.isInteger(to)
      ? Math.round
      : (x) => Number(x.toPrecision(6)) // so that ids are readable and the same everywhere
  const refuse = (option: string, value: unknown, want: string) =>
    Either.left(optionError(environment.id, option, value, want))

  return {
    id: environment.id,
    summary: `Tasks of ${environment.id} that differ in one parameter`,
    environment,
    options,
    tasks: (given) =>
      checked(given, (o) => {
        if (o.values === "") {
          const near = between(o)
          const geometric = o.spacing === "geometric"
          if (geometric && !(o.from > 0 && o.to > 0))
            return refuse("from", o.from, "positive ends for geometric spacing")
          if (o.from === o.to && o.n > 1) return refuse("to", o.to, `another number than from, ${o.from}`)
          const at = (i: number): number => {
            const share = o.n === 1 ? 0 : i / (o.n - 1)
            return near(geometric ? o.from * exp(share * log(o.to / o.from)) : o.from + share * (o.to - o.from))
          }
          const all = Array.from({ length: o.n }, (_, i) => at(i))
          if (new Set(all).size !== all.length) {
            const room =
              near === Math.round ? `whole numbers, as ${o.parameter} is, between from and to` : "numbers apart"
            return refuse("n", o.n, `at most as many as there are ${room}; or name them by values`)
          }
          return valid(all.map((x) => task(o.parameter, x)))
        }
        const all = listed(o)
        if (all.length < o.n || (all.length > o.n && Object.hasOwn(given, "values")))
          return refuse("values", o.values, `${o.n} of them, as many as n`)
        if (new Set(all).size !== all.length) return refuse("values", o.values, "distinct ones")
        return valid(all.slice(0, o.n).map((v) => task(o.parameter, v)))
      }),
    draw: (given, key: Key, count) =>
      checked(given, (o) => {
        const s = stream(key)
        const all = o.values === "" ? [] : listed(o)
        if (all.length > 0 && all.length < count) return refuse("values", o.values, `${count} of them to draw from`)
        if (all.length > 0) return valid(all.slice(0, count).map((v) => task(o.parameter, v)))
        if (o.from === o.to) return refuse("to", o.to, `another number than from, ${o.from}`)
        const near = between(o)
        const [low, high] = [Math.min(o.from, o.to), Math.max(o.from, o.to)]
        return Either.chain(({ tasks }: TaskSet) => valid(tasks))(
          distinctDraws(environment.id, count, () => task(o.parameter, near(uniform(s, low, high))))
        )
      })
  }
}
