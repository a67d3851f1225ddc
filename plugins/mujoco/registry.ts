/** What this plugin contributes: names at once, physics when one of them is made. */
import type { Registry } from "../../envs/mod.ts"
import {
  ant,
  antDirection,
  antVelocity,
  halfCheetah,
  halfCheetahDirection,
  halfCheetahVelocity,
  hopper,
  walker2d
} from "./locomotion/mod.ts"

/** Environments and families in MuJoCo. */
export const physics: Registry = {
  environments: [halfCheetah, ant, hopper, walker2d],
  families: [halfCheetahDirection, halfCheetahVelocity, antDirection, antVelocity]
}
