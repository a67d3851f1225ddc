/**
 * What is used of MuJoCo's JavaScript binding, as types of our own: its packages are optional, so their types may be absent
 * where this is checked. Both engines have all of this.
 */

/** An object in the engine's memory; whoever made it deletes it, nothing collects it. */
export interface Handle {
  readonly delete: () => void
}

/** What MuJoCo counts of one kind of warning. */
interface WarningCount extends Handle {
  readonly number: number
  readonly lastinfo: number
}

/** `mjModel`, likewise. */
export interface ModelHandle extends Handle {
  readonly opt: { readonly timestep: number }
}

/** `mjData`: its arrays are getters, each call of which makes a new view. */
export interface DataHandle extends Handle {
  /** Seconds simulated. */
  time: number
  readonly warning: Handle & { readonly get: (kind: number) => WarningCount | undefined }
}

/** An enumeration's member. */
interface Member {
  readonly value: number
}

/** The ways to load a model: the first is 3.14's, the other 3.3's. */
interface ModelClass {
  readonly from_xml_path?: (path: string) => ModelHandle | null
  readonly loadFromXML?: (path: string) => ModelHandle | null
}

/** An instance of the engine, with memory of its own. */
export interface Binding {
  readonly MjModel: ModelClass
  readonly MjData: new (model: Handle) => DataHandle
  readonly mj_step: (model: Handle, data: Handle) => void
  readonly mj_forward: (model: Handle, data: Handle) => void
  readonly mj_resetData: (model: Handle, data: Handle) => void
  readonly mj_kinematics: (model: Handle, data: Handle) => void
  readonly mj_rnePostConstraint: (model: Handle, data: Handle) => void
  readonly mj_name2id: (model: Handle, kind: number, name: string) => number
  readonly mj_versionString: () => string
  readonly mjtObj: Readonly<Record<string, Member>>
  readonly mjtWarning: Readonly<Record<string, Member>>
  /** Type and words of what C++ threw; 3.3 has no words of MuJoCo's own errors. */
  readonly getExceptionMessage: (address: number) => readonly [type: string, message: string | undefined]
  readonly FS: {
    readonly mkdirTree: (path: string) => void
    readonly writeFile: (path: string, bytes: Uint8Array | string) => void
    readonly unlink: (path: string) => void
  }
}

const FUNCTIONS = [
  "getExceptionMessage",
  "mj_step",
  "mj_forward",
  "mj_resetData",
  "mj_rnePostConstraint",
  "mj_name2id",
  "mj_versionString"
]

/** Whether this is such an instance. */
export const isBinding = (x: unknown): x is Binding =>
  typeof x === "object" &&
  x !== null &&
  FUNCTIONS.every((name) => typeof Reflect.get(x, name) === "function") &&
  ["MjModel", "MjData", "FS", "mjtObj", "mjtWarning"].every((name) => Reflect.get(x, name) !== undefined)
