/** What goes to and comes from programs in Python: policies and transitions in the formats of others. */
export type { Critic, ImportedPolicy } from "./policies/build.ts"
export { policyToSb3, policyToTorch } from "./policies/export.ts"
export { type PolicyOptions, parsePolicy, readPolicy } from "./policies/read.ts"
export { importedBytes } from "./policies/save.ts"
export type { PlainLayers } from "./policies/state_dict.ts"
export { isMeans, readMeans } from "./rows/means.ts"
export { openRows } from "./rows/open.ts"
