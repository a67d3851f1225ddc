import { cartPole } from "./cartpole/cartpole.ts"
import { cartPoleLength } from "./cartpole/length_family.ts"
import { cartPoleMirrored } from "./cartpole/mirrored_family.ts"
import { linearQuadratic } from "./linear_quadratic/linear_quadratic.ts"
import { linearQuadraticPlanted } from "./linear_quadratic/planted_family.ts"
import type { Registry } from "./registry.ts"

/** The environments and families that come with the package; the law suite runs over all of them. */
export const standard: Registry = {
  environments: [cartPole, linearQuadratic],
  families: [cartPoleLength, cartPoleMirrored, linearQuadraticPlanted]
}
