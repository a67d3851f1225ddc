/** Dense symmetric linear algebra in double precision. Matrices are row-major Float64Array of n² numbers. */
export { cholesky, choleskySolve } from "./cholesky.ts"
export { type Complementarity, complementarity } from "./complementarity.ts"
export {
  type ConjugateGradient,
  type ConjugateGradientOptions,
  conjugateGradientSteps
} from "./conjugate_gradient.ts"
export { dominantLu, dominantSolve, dominantSolveTransposed } from "./dominant_lu.ts"
export {
  type Eigen,
  type EigenWorkspace,
  eigenvalues,
  eigenvectors,
  eigenWorkspace,
  eigh,
  reduce
} from "./eigh.ts"
export { norm } from "./norm.ts"
export { type Quadrature, tridiagonalQuadrature } from "./quadrature.ts"
