/** All readers that damaged inputs are tried on; to add one is to add it to this list. */
import type { Target } from "../support/fuzz.ts"
import { bridges } from "./bridge.ts"
import { families } from "./families.ts"
import { directories } from "./kept.ts"
import { matrices } from "./matrices.ts"
import { others } from "./others.ts"
import { policies } from "./policies.ts"
import { rows } from "./rows.ts"

export const targets: readonly Target[] = [
  ...matrices,
  ...others,
  ...policies,
  ...rows,
  ...families,
  ...directories,
  ...bridges
]
