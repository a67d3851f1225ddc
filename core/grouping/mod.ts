/** Splitting tasks into groups by an affinity matrix, and comparing groupings. */
export { type Affinity, type Asymmetry, affinity, type Rows } from "./affinity.ts"
export { agglomerate, averageLinkage, densityLinkage, type Linkage } from "./agglomerative.ts"
export { type Agreement, agreement, type Contingency, contingency } from "./agreement.ts"
export { bestSets } from "./best_partition.ts"
export { type BestPartition, bestPartitions } from "./best_partitions.ts"
export { type ChooseKOptions, type ChosenK, chooseK, type KEvidence } from "./choose_k.ts"
export { cosineSimilarity } from "./cosine_similarity.ts"
export {
  checkedCount,
  type GroupCount,
  type Grouping,
  type GroupingMethod,
  type GroupingRequest,
  group,
  groupingMethods,
  withoutCertificate
} from "./group.ts"
export { type Indifference, indifference } from "./indifference.ts"
export { type KMeans, kMeans, lloyd, type Points } from "./k_means.ts"
export { medoid } from "./medoid.ts"
export { packSymmetric, unpackRows } from "./packed.ts"
export { type Partition, partition, partitionValue } from "./partition.ts"
export { randomGroups } from "./random_groups.ts"
export type { Form, Relaxation, SolverState } from "./relaxation.ts"
export { type RoundingOptions, roundToGroups } from "./rounding.ts"
export { iterationBudget, type SolverOptions, sdp, solverDefaults } from "./sdp.ts"
export { sdpPath } from "./sdp_path.ts"
export { type SpectralEmbedding, spectralEmbedding, spectralGroups } from "./spectral.ts"
