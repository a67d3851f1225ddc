/** Of the surrogate, what its stage uses and no user of the package needs: projections that are dense, limits. */
export {
  type DenseKind,
  denseEntries,
  denseLengths,
  densePartsTogether,
  entriesOf,
  type KroneckerBlock,
  kronecker,
  liftDense,
  liftKronecker,
  type NumberedPart
} from "./dense.ts"
export type { Factors } from "./sketch.ts"
export { checkedSubsets } from "./subsets.ts"
