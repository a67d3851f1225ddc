export { type BackendName, backends, isInstalled } from "./backend.ts"
export { type Availability, available } from "./choose.ts"
export { layer, make, type TfjsOptions } from "./session.ts"
