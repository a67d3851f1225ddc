import { type EngineId, installedEngines, isInstalled, packs } from "../../../plugins/mujoco/mod.ts"

/** Why a test of Gymnasium's robots in this engine cannot run here. */
export const without = (id: EngineId): string | false => {
  if (!installedEngines().some((e) => e.id === id && e.version !== undefined)) return `MuJoCo ${id} is not installed`
  return isInstalled(packs.gymnasium) ? false : "no asset pack: pgex assets get gymnasium"
}
