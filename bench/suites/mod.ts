import type { Suite } from "../suite.ts"
import { algorithms } from "./algorithms.ts"
import { architectures } from "./architectures.ts"
import { bilevel } from "./bilevel.ts"
import { combination } from "./combination.ts"
import { envs } from "./envs.ts"
import { features } from "./features.ts"
import { grouping } from "./grouping.ts"
import { kernels } from "./kernels.ts"
import { logistic } from "./logistic.ts"
import { metaworld } from "./metaworld.ts"
import { mujoco } from "./mujoco.ts"
import { ppo } from "./ppo.ts"
import { random } from "./random.ts"
import { sac } from "./sac.ts"
import { sessions } from "./sessions.ts"
import { surrogate } from "./surrogate.ts"

/** Every suite, in the order `all` runs them. */
export const suites: readonly Suite[] = [
  kernels,
  sessions,
  envs,
  mujoco,
  metaworld,
  random,
  grouping,
  features,
  logistic,
  ppo,
  sac,
  architectures,
  combination,
  algorithms,
  bilevel,
  surrogate
]
