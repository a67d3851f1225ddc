/** Gymnasium's environments as a source of the registry. */
import { availableParallelism } from "node:os"
import * as Either from "fp-ts/lib/Either.js"
import { type EnvError, type Environment, type Source, sizeOf } from "../../envs/mod.ts"
import type { Variables } from "../io/user.ts"
import { openBatch } from "./batch.ts"
import { type Child, startChild } from "./child.ts"
import { environmentOf, parseId, type Spaces } from "./environment.ts"
import { type Fault, fault, of, PREFIX } from "./failure.ts"
import { familyOf } from "./family.ts"
import { Description } from "./messages.ts"
import type { Sizes } from "./part.ts"
import { findPython } from "./python.ts"

/** Which Python, and how it is waited for. */
export interface GymnasiumOptions {
  /** The Python that has Gymnasium: else `PGEX_PYTHON`, `python3` or `python`. */
  readonly python?: string
  /**
   * Processes that share the environments of a batch: else `PGEX_PYTHON_PROCESSES`, or one a core where a step takes
   * long, one where not. Numbers do not depend on it.
   */
  readonly processes?: number
  /** Longest wait for an answer: else `PGEX_PYTHON_SECONDS`, or 60. */
  readonly seconds?: number
  /** Instead of this package's Python program. */
  readonly script?: string
  /** What the processes find in their environment, and where the settings above are looked up; this process's own. */
  readonly variables?: Variables
}

/** The source, and how its processes are ended before this one is. */
export interface Gymnasium extends Source {
  readonly close: () => void
  /** Processes that live now. */
  readonly processes: () => number
}

/**
 * Every environment that a Python knows under `gymnasium:ID`, and its family under the same id.
 *
 * Nothing starts before an id is asked for. Processes are kept for the next batch; one that failed is replaced by
 * another when a batch is opened. They end with this process, however it ends.
 */
export const gymnasium = (options: GymnasiumOptions = {}): Gymnasium => {
  const variables = options.variables ?? process.env
  const children: Child[] = []
  const known = new Map<string, Found>()
  const setting = (name: string, given: number | undefined, otherwise: number): number => {
    const value = given ?? Number(variables[name])
    return Number.isFinite(value) && value > 0 ? value : otherwise
  }
  const cores = availableParallelism()
  const most = (step: number): number =>
    Math.min(Math.ceil(setting("PGEX_PYTHON_PROCESSES", options.processes, step > LONG ? cores : 1)), 4 * cores)

  const childAt = (index: number): Either.Either<Fault, Child> => {
    const old = children[index]
    if (old !== undefined && old.fault() === undefined) return Either.right(old)
    const python = findPython(options.python, variables)
    if (Either.isLeft(python)) return python
    const seconds = setting("PGEX_PYTHON_SECONDS", options.seconds, 60)
    const script = options.script === undefined ? {} : { script: options.script }
    atExit(close)
    return Either.map((child: Child) => (children[index] = child))(
      startChild({ python: python.right, seconds, variables, ...script })
    )
  }
  const childrenFor = (count: number, step: number): Either.Either<Fault, readonly Child[]> => {
    const all: Child[] = []
    for (let i = 0; i < Math.min(most(step), count); i++) {
      const child = childAt(i)
      if (Either.isLeft(child)) return child
      all.push(child.right)
    }
    return Either.right(all)
  }

  const describe = (name: string): Either.Either<Fault, Description> =>
    Either.chain((child: Child) => child.call({ do: "describe", ...parseId(name) }, Description))(childAt(0))

  const find = (name: string): Either.Either<EnvError, Found> => {
    const before = known.get(name)
    if (before !== undefined) return Either.right(before)
    const described = of(name)(describe(name))
    if (Either.isLeft(described)) return described
    const d = described.right
    const made = environmentOf(name, d, (spaces, members, how) =>
      Either.chain((all: readonly Child[]) =>
        openBatch(
          {
            name,
            reference: parseId(name),
            sizes: sizesOf(spaces, d.rewards),
            children: all,
            fresh: how?.fresh === true
          },
          members
        )
      )(of(name)(childrenFor(Math.max(1, members.length), d.step)))
    )
    if (made === undefined) return of(name)(Either.left(fault("lied", "spaces with as many bounds as names", "others")))
    const found = { environment: made, description: d }
    known.set(name, found)
    return Either.right(found)
  }

  const close = (): void => {
    const all = children.splice(0)
    for (const child of all) child.leave()
    for (const child of all) child.end()
    open.delete(close)
  }

  return {
    prefix: PREFIX,
    environment: (name) => Either.map(({ environment }: Found) => environment)(find(name)),
    family: (name) =>
      Either.map(({ environment, description }: Found) => familyOf(environment, description.tasks, description.whole))(
        find(name)
      ),
    close,
    processes: () => children.filter((c) => c.fault() === undefined).length
  }
}

/** How the processes that live now are ended with this one. */
const open = new Set<() => void>()
let listens = false

const atExit = (close: () => void): void => {
  open.add(close)
  if (listens) return
  listens = true
  process.on("exit", () => {
    for (const one of [...open]) one()
  })
}

/** Seconds of a step from which on a process of its own is worth its answer. */
const LONG = 2e-4

interface Found {
  readonly environment: Environment
  readonly description: Description
}

const sizesOf = ({ observation, action }: Spaces, rewards: number): Sizes => ({
  observation: sizeOf(observation),
  action: sizeOf(action),
  rewards,
  Real: observation._tag === "Box" && observation.dtype === "float64" ? Float64Array : Float32Array
})
