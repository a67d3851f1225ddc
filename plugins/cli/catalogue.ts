/** What a command can name: the environments and task families that come with the package. */
import { cartPole } from "../../envs/cartpole/cartpole.ts"
import type { Registry } from "../../envs/registry.ts"

export const catalogue: Registry = { environments: [cartPole], families: [] }
