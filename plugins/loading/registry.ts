/** What can be named without any plugin: the package's own environments and families, and sources of others. */
import { type Registry, standard } from "../../envs/mod.ts"
import { gymnasium } from "../gymnasium/mod.ts"
import { metaworldFamilies, metaworldMt10, metaworldTasks } from "../metaworld/mod.ts"
import { physics } from "../mujoco/mod.ts"

/** Nothing of the sources, and no physics, starts before one of their ids is asked for. */
export const shipped: Registry = {
  environments: [...standard.environments, ...physics.environments, ...metaworldTasks, metaworldMt10],
  families: [...standard.families, ...physics.families, ...metaworldFamilies],
  sources: [gymnasium()]
}
