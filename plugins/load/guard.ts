/** Contributed code in use: what it throws, or returns against the contract, names the plugin and the environment. */
import { Effect } from "effect"
import * as Either from "fp-ts/lib/Either.js"
import type { GroupingPlugin } from "../../algorithms/policygradex/grouping.ts"
import { checkedDynamics } from "../../envs/dynamics.ts"
import type { Dynamics, Environment } from "../../envs/env.ts"
import type { Family } from "../../envs/family.ts"
import type { Variant } from "../../envs/variant.ts"
import { PluginError } from "./error.ts"

/**
 * The same environment, whose dynamics are checked when they are made and whose functions throw `PluginError` alone.
 *
 * Stepping cannot return an error, so it throws: runs turn it into their failure.
 */
export const guardedEnvironment = (env: Environment, plugin: string): Environment => ({
  ...env,
  ...(env.variants === undefined ? {} : { variants: env.variants.map((v) => guardedVariant(v, env.id, plugin)) }),
  make: (params) =>
    Either.map((d: Dynamics) => guardedDynamics(d, env.id, plugin))(
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

const guardedDynamics = (d: Dynamics, id: string, plugin: string): Dynamics => {
  const { render } = d
  return {
    ...d,
    reset: (state, at, stream) => {
      try {
        d.reset(state, at, stream)
      } catch (e) {
        throw threw(plugin, id, "reset()", e)
      }
    },
    step: (state, at, actions, actionAt, stream, outcome) => {
      try {
        d.step(state, at, actions, actionAt, stream, outcome)
      } catch (e) {
        throw threw(plugin, id, "step()", e)
      }
    },
    observe: (state, at, out, outAt) => {
      try {
        d.observe(state, at, out, outAt)
      } catch (e) {
        throw threw(plugin, id, "observe()", e)
      }
    },
    ...(render === undefined
      ? {}
      : {
          render: (state: Float64Array, at: number) => attempt(plugin, id, "render()", () => render.call(d, state, at))
        })
  }
}

const attempt = <A>(plugin: string, id: string, name: string, call: () => A): A => {
  try {
    return call()
  } catch (e) {
    throw threw(plugin, id, name, e)
  }
}

const threw = (plugin: string, id: string, name: string, e: unknown): PluginError => {
  if (e instanceof PluginError) return e
  const got = e instanceof Error ? `${e.name}: ${e.message}` : String(e)
  const doing = `call ${name} of ${id}, from plugin ${plugin}`
  const fix = "pgex plugin check tells what else is wrong with it"
  return new PluginError({ doing, want: "it to return", got: `a throw (${got})`, fix, plugin, field: `${id}.${name}` })
}

/** What a plugin threw is a failure, not a defect of this package; also when a worker thread tells of it. */
export const calling = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | PluginError, R> =>
  Effect.catchDefect(effect, (defect) => {
    const found = pluginErrorOf(defect)
    return found === undefined ? Effect.die(defect) : Effect.fail(found)
  })

/** The error itself, or what came of it from another thread: its name and its sentence. */
const pluginErrorOf = (defect: unknown): PluginError | undefined => {
  if (defect instanceof PluginError || !(defect instanceof Error) || defect.name !== "PluginError")
    return defect instanceof PluginError ? defect : undefined
  const [, doing = "", want = "", got = "", fix = ""] =
    /^Cannot (.*?): want (.*?), got (.*); (.*)$/s.exec(defect.message) ?? []
  const [, plugin = ""] = /plugin (.*)$/.exec(doing) ?? []
  return new PluginError({ doing, want, got, fix, plugin, field: "" })
}
