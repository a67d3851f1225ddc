/** Descriptions of robots and scenes out of pinned Python wheels, in the user's cache. */
export type { AssetError, AssetReason } from "./failure.ts"
export { type GetOptions, type Got, getPack } from "./get.ts"
export { getCommand, isInstalled, packModel } from "./installed.ts"
export { type Pack, type PackId, packs } from "./packs.ts"
