/**
 * MuJoCo compiled to WebAssembly, two versions behind one interface.
 *
 * ```ts
 * const engine = openEngine("3.3.8")           // starts it once a thread; loads nothing before
 * const model = engine.sharedModel("my task", () => right(modelOfText("a.xml", xml))) // or engine.model(source), closed by you
 * const data = model.sharedData()              // one simulation serves all environments of a model: states are copied in and out
 * const v = data.floats(["qpos", "qvel", "ctrl", "xpos"])      // once; Left names an array that cannot be had
 * const hand = model.id("body", "hand")        // once; then v.xpos()[3 * hand]
 * v.ctrl()[0] = 1; data.step(5); v.qpos()[0]   // in steps: call the view each time, allocate nothing
 * ```
 *
 * All of it is synchronous and gives an Either where it can fail; `scoped` has the same as effects. A step never fails: MuJoCo
 * begins anew where numbers are not finite, which `data.watch()` and `data.restarted()` tell and `data.warnings()` explains. What decides
 * the next step is the state that `mj_step` starts from: qpos, qvel, act, qacc_warmstart, ctrl, mocap_pos, mocap_quat and
 * whatever of the model a task changes; an environment's state must hold those that it uses. Functions of the binding that fill
 * an array which is given to them leave it as it is (google-deepmind/mujoco#3067): read `mjData`'s own arrays.
 */

export { type Engine, openEngine } from "./engine.ts"
export { type EngineError, type EngineReason, engineError } from "./failure.ts"
export type { Data, Model, ObjectKind } from "./model.ts"
export { type EngineId, engineIds, type Installed, installedEngines } from "./packages.ts"
export * as scoped from "./scoped.ts"
export { type ModelSource, modelOfText } from "./source.ts"
export type { View, Views } from "./views.ts"
