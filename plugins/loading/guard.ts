/** Contributed code in use: what it throws, or returns against the contract, names the plugin and the environment. */
import { Effect } from "effect"
import * as Either from "fp-ts/lib/Either.js"
import { shown } from "../../core/text/shown.ts"
import { checkedDynamics, describeOdd, oddComponent } from "../../envs/internal.ts"
import type { Dynamics, EnvError, Environment, Family, PictureSize, Variant } from "../../envs/mod.ts"
import type { GroupingPlugin } from "../../pipeline/mod.ts"
import { isPluginError, type PluginError, pluginError, thrown } from "./error.ts"
import { guardedOpen } from "./guard_batch.ts"
import { firstIssue, nameOf } from "./probe.ts"

/**
 * The same environment, whose dynamics are checked when they are made and whose functions throw `PluginError` alone.
 *
 * Stepping cannot return an error, so it throws: runs turn it into their failure.
 */
export const guardedEnvironment = (env: Environment, plugin: string): Environment => ({
  ...env,
  ...(env.variants === undefined ? {} : { variants: env.variants.map((v) => guardedVariant(v, env.id, plugin)) }),
  ...(env.open === undefined
    ? {}
    : { open: guardedOpen(env, env.open, (name, call) => attempt(plugin, env.id, name, call)) }),
  make: (params) =>
    Either.chain((d: Dynamics): Either.Either<EnvError, Dynamics> => {
      const guarded = guardedDynamics(d, env, plugin)
      const issue = firstIssue(env, guarded)
      return issue === undefined ? Either.right(guarded) : Either.left(issue)
    })(
      checkedDynamics(
        env,
        attempt(plugin, env.id, "make()", () => env.make(params))
      )
    )
})

const guardedVariant = (variant: Variant, id: string, plugin: string): Variant => ({
  ...variant,
  of: (params) => {
    const other = attempt(plugin, id, "variants.of()", () => variant.of(params))
    return other === undefined ? undefined : guardedEnvironment(other, plugin)
  }
})

/** The same family in a guarded environment. */
export const guardedFamily = (family: Family, environment: Environment, plugin: string): Family => ({
  ...family,
  environment,
  tasks: (options) => attempt(plugin, family.id, "tasks()", () => family.tasks(options)),
  draw: (options, key, count) => attempt(plugin, family.id, "draw()", () => family.draw(options, key, count))
})

/** The same grouping, which throws `PluginError` alone. */
export const guardedGrouping = (grouping: GroupingPlugin, plugin: string): GroupingPlugin => ({
  ...grouping,
  group: (affinity, k, random) => attempt(plugin, grouping.id, "group()", () => grouping.group(affinity, k, random))
})

const guardedDynamics = (d: Dynamics, env: Environment, plugin: string): Dynamics => {
  const { id } = env
  const { render, picture, scene, succeeded } = d
  const odd = (name: string, want: string, got: string, fix: string): PluginError =>
    pluginError({
      doing: `use ${name} of ${id}, from plugin ${plugin}`,
      want,
      got,
      fix,
      plugin,
      field: `${id}.${name}`
    })
  return {
    ...d,
    reset: (state, at, stream) => {
      try {
        d.reset(state, at, stream)
      } catch (e) {
        throw threw(plugin, id, "reset()", e)
      }
    },
    step: (state, at, action, stream, outcome) => {
      try {
        d.step(state, at, action, stream, outcome)
      } catch (e) {
        throw threw(plugin, id, "step()", e)
      }
      const { reward, terminated } = outcome
      if (!Number.isFinite(reward)) throw odd("step()", "a finite number as outcome.reward", shown(reward), LOOK)
      if (typeof terminated !== "boolean")
        throw odd("step()", "true or false as outcome.terminated", shown(terminated), "compare, do not calculate")
    },
    observe: (state, at, out, outAt) => {
      try {
        d.observe(state, at, out, outAt)
      } catch (e) {
        throw threw(plugin, id, "observe()", e)
      }
      const i = oddComponent(env.observation, out, outAt)
      if (i < 0) return
      const want = env.observation._tag === "Box" ? "finite numbers" : describeOdd(env.observation, i, 0).want
      throw odd("observe()", want, `${out[outAt + i]} as ${nameOf(env, i)}`, LOOK)
    },
    ...(succeeded === undefined
      ? {}
      : {
          succeeded: (state: Float64Array, at: number) =>
            attempt(plugin, id, "succeeded()", () => succeeded.call(d, state, at))
        }),
    ...(render === undefined
      ? {}
      : {
          render: (state: Float64Array, at: number) => attempt(plugin, id, "render()", () => render.call(d, state, at))
        }),
    ...(picture === undefined
      ? {}
      : {
          picture: (state: Float64Array, at: number, size: PictureSize) =>
            attempt(plugin, id, "picture()", () => picture.call(d, state, at, size))
        }),
    ...(scene === undefined
      ? {}
      : {
          scene: {
            bodies: () => attempt(plugin, id, "scene.bodies()", () => scene.bodies()),
            place: (state: Float64Array, at: number, poses: Float64Array) =>
              attempt(plugin, id, "scene.place()", () => scene.place(state, at, poses))
          }
        })
  }
}

const LOOK = "look for divisions by zero and for numbers that grow without bound"

const attempt = <A>(plugin: string, id: string, name: string, call: () => A): A => {
  try {
    return call()
  } catch (e) {
    throw threw(plugin, id, name, e)
  }
}

const threw = (plugin: string, id: string, name: string, e: unknown): PluginError => {
  if (isPluginError(e)) return e
  const doing = `call ${name} of ${id}, from plugin ${plugin}`
  const fix = "pgex plugin check tells what else is wrong with it"
  return pluginError({
    doing,
    want: "it to return",
    got: `a throw (${thrown(e)})`,
    fix,
    plugin,
    field: `${id}.${name}`
  })
}

/** What a plugin threw is a failure, not a defect of this package. */
export const calling = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | PluginError, R> =>
  Effect.catchDefect(effect, (defect) => (isPluginError(defect) ? Effect.fail(defect) : Effect.die(defect)))
