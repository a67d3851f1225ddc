/** What can be named without any plugin: the package's own environments and families, and sources of others. */
import { type Registry, standard } from "../../envs/mod.ts"
import { gymnasium } from "../gymnasium/mod.ts"

/** Nothing of the sources starts before one of their ids is asked for. */
export const shipped: Registry = { ...standard, sources: [gymnasium()] }
