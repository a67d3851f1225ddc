/** Curvature of a program's output in its parameters, by Hessian-vector products: traces, extreme eigenvalues, spectra. */
export { density, type Spectrum, type SpectrumOptions, spectrum } from "./density.ts"
export { diagonal } from "./diagonal.ts"
export { hutchinson } from "./hutchinson.ts"
export { hutchPlusPlus } from "./hutchpp.ts"
export { type Lanczos, type LanczosOptions, lanczos } from "./lanczos.ts"
export { type Block, byProducts, type MatrixFree, together, withinBlock } from "./matrix_free.ts"
export type { Trace, TraceOptions } from "./trace.ts"
export { xtrace } from "./xtrace.ts"
