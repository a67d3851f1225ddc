/** Models and simulations of them. */
import * as E from "fp-ts/lib/Either.js"
import { shown } from "../../../core/text/shown.ts"
import type { Binding, DataHandle, Handle, ModelHandle } from "./binding.ts"
import { type EngineError, engineError } from "./failure.ts"
import type { EngineId } from "./packages.ts"
import { bytesOf, floatsOf, integersOf, singlesOf, type Views } from "./views.ts"

/** Kinds of things in a model that have a name. */
export type ObjectKind = "body" | "joint" | "geom" | "site" | "actuator" | "camera" | "mesh" | "key" | "equality"

const KINDS: Readonly<Record<ObjectKind, string>> = {
  body: "mjOBJ_BODY",
  joint: "mjOBJ_JOINT",
  geom: "mjOBJ_GEOM",
  site: "mjOBJ_SITE",
  actuator: "mjOBJ_ACTUATOR",
  camera: "mjOBJ_CAMERA",
  mesh: "mjOBJ_MESH",
  key: "mjOBJ_KEY",
  equality: "mjOBJ_EQUALITY"
}

/** A compiled model. */
export interface Model {
  readonly engine: EngineId
  /** Seconds of one step. */
  readonly timestep: number
  /** Views of `mjModel`'s arrays, by MuJoCo's names. Errors: `name`. */
  readonly floats: <Name extends string>(names: readonly Name[]) => E.Either<EngineError, Views<Name>>
  readonly integers: <Name extends string>(names: readonly Name[]) => E.Either<EngineError, Views<Name, Int32Array>>
  readonly singles: <Name extends string>(names: readonly Name[]) => E.Either<EngineError, Views<Name, Float32Array>>
  readonly bytes: <Name extends string>(names: readonly Name[]) => E.Either<EngineError, Views<Name, Uint8Array>>
  /** The number under which a named thing stands in the arrays. Errors: `name`. */
  readonly id: (kind: ObjectKind, name: string) => E.Either<EngineError, number>
  /** A simulation of it, at rest in the model's own position. Whoever asks closes it. */
  readonly data: () => Data
  /**
   * The one simulation that all environments of this model share, made by the first that asks and closed with the model: each
   * takes megabytes of the 2 GB that an engine has. Who uses it writes all of its state first.
   */
  readonly sharedData: () => Data
  /** Frees its memory; it and its simulations are of no use afterwards. */
  readonly close: () => void
  /** The binding's own object: for what is not here. What it returns is to be deleted. */
  readonly handle: Handle
}

/** A simulation. */
export interface Data {
  /** Views of `mjData`'s arrays, by MuJoCo's names. Errors: `name`. */
  readonly floats: <Name extends string>(names: readonly Name[]) => E.Either<EngineError, Views<Name>>
  readonly integers: <Name extends string>(names: readonly Name[]) => E.Either<EngineError, Views<Name, Int32Array>>
  /** `mj_step`, so many times. Allocates nothing. */
  readonly step: (times: number) => void
  /** `mj_forward`: all that follows from positions, velocities and controls, without moving on. */
  readonly forward: () => void
  /** `mj_kinematics`: where everything is at these positions, and nothing else that `forward` tells. */
  readonly kinematics: () => void
  /** `mj_resetData`. */
  readonly reset: () => void
  /** `mj_rnePostConstraint`: forces between bodies, which `step` leaves out. */
  readonly rnePostConstraint: () => void
  /** To be called before steps of which {@link Data.restarted} shall tell. */
  readonly watch: () => void
  /**
   * Whether a step since `watch` met numbers that are not finite, or too large: MuJoCo then begins anew by itself, in the
   * model's own position. Both cost no allocation.
   */
  readonly restarted: () => boolean
  /** What MuJoCo warned of since the last `reset`, in its words and how often. */
  readonly warnings: () => readonly string[]
  readonly close: () => void
  /** As of {@link Model}. */
  readonly handle: DataHandle
}

/** The model of a handle. */
export const modelOf = (engine: EngineId, mj: Binding, handle: ModelHandle, what: string): Model => {
  let shared: Data | undefined
  return {
    engine,
    timestep: handle.opt.timestep,
    handle,
    floats: (names) => floatsOf({ handle, what }, names),
    integers: (names) => integersOf({ handle, what }, names),
    singles: (names) => singlesOf({ handle, what }, names),
    bytes: (names) => bytesOf({ handle, what }, names),
    id: (kind, name) => {
      const id = mj.mj_name2id(handle, mj.mjtObj[KINDS[kind]]?.value ?? -1, name)
      const [doing, want] = [`find ${kind} ${shown(name)} in ${what}`, `a ${kind} of this name`]
      return id >= 0 ? E.right(id) : E.left(engineError({ doing, want, got: "none", reason: "name" }))
    },
    data: () => dataOf(mj, handle, what),
    sharedData: () => (shared ??= dataOf(mj, handle, what)),
    close: () => {
      shared?.close()
      handle.delete()
    }
  }
}

/** MuJoCo's words for its warnings. */
const WARNINGS: Readonly<Record<string, string>> = {
  mjWARN_INERTIA: "(near) singular inertia matrix",
  mjWARN_CONTACTFULL: "too many contacts",
  mjWARN_CNSTRFULL: "too many constraints",
  mjWARN_BADQPOS: "bad number in qpos",
  mjWARN_BADQVEL: "bad number in qvel",
  mjWARN_BADQACC: "bad number in qacc",
  mjWARN_BADCTRL: "bad number in ctrl"
}

const dataOf = (mj: Binding, model: Handle, what: string): Data => {
  const handle = new mj.MjData(model)
  const owner = { handle, what: `the simulation of ${what}` }
  const { mj_step } = mj
  return {
    handle,
    floats: (names) => floatsOf(owner, names),
    integers: (names) => integersOf(owner, names),
    step: (times) => {
      for (let i = 0; i < times; i++) mj_step(model, handle)
    },
    forward: () => mj.mj_forward(model, handle),
    kinematics: () => mj.mj_kinematics(model, handle),
    reset: () => mj.mj_resetData(model, handle),
    rnePostConstraint: () => mj.mj_rnePostConstraint(model, handle),
    // Beginning anew sets the clock to 0.
    watch: () => void (handle.time = 1),
    restarted: () => handle.time < 1,
    warnings: () => warningsOf(mj, handle),
    close: () => handle.delete()
  }
}

const warningsOf = (mj: Binding, { warning }: DataHandle): readonly string[] => {
  return Object.entries(WARNINGS).flatMap(([name, words]) => {
    const count = warning.get(mj.mjtWarning[name]?.value ?? -1)
    const times = count?.number ?? 0
    const at = count?.lastinfo ?? 0
    count?.delete()
    return times > 0 ? [`${words}, ${times} times, last at number ${at}`] : []
  })
}
