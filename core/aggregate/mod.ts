/** Combinations of task gradients: one more is one file and one entry. */
import type { Aggregator } from "./aggregator.ts"
import { alignedMtl } from "./aligned_mtl.ts"
import { caGrad } from "./cagrad.ts"
import { dwa } from "./dwa.ts"
import { famo } from "./famo.ts"
import { gradVac } from "./gradvac.ts"
import { mean } from "./mean.ts"
import { mgda } from "./mgda.ts"
import { nashMtl } from "./nash_mtl.ts"
import { pcgrad } from "./pcgrad.ts"
import { uncertainty } from "./uncertainty.ts"
import { upGrad } from "./upgrad.ts"

export {
  type Aggregator,
  type AggregatorState,
  aggregator,
  type Claim,
  type TaskGradients,
  type Weighed,
  type WeighedBy,
  type Weighing
} from "./aggregator.ts"
export { alignedMtl } from "./aligned_mtl.ts"
export { type CaGradConfig, caGrad, caGradDefaults } from "./cagrad.ts"
export { type DwaConfig, dwa, dwaDefaults } from "./dwa.ts"
export { type FamoConfig, famo, famoDefaults } from "./famo.ts"
export { type GradVacConfig, gradVac, gradVacDefaults } from "./gradvac.ts"
export { type AggregatorLaw, aggregatorLaws } from "./law.ts"
export { mean } from "./mean.ts"
export { mgda } from "./mgda.ts"
export { type MinNorm, minNorm } from "./min_norm.ts"
export { nashMtl } from "./nash_mtl.ts"
export { pcgrad } from "./pcgrad.ts"
export { type UncertaintyConfig, uncertainty, uncertaintyDefaults } from "./uncertainty.ts"
export { upGrad } from "./upgrad.ts"

/** Those that come with the package, with their defaults. */
export const aggregators: readonly Aggregator[] = [
  mean,
  pcgrad,
  gradVac(),
  caGrad(),
  mgda,
  nashMtl,
  alignedMtl,
  upGrad,
  famo(),
  dwa(),
  uncertainty()
]
