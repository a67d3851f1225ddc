/** Curvature of a program's output in its parameters, by Hessian-vector products: extreme eigenvalues, spectra. */
export { density, type Spectrum, type SpectrumOptions, spectrum } from "./density.ts"
export { type Lanczos, type LanczosOptions, lanczos } from "./lanczos.ts"
export { type Block, byProducts, type MatrixFree, together, withinBlock } from "./matrix_free.ts"
