/** Plans printed as C. */
export type { PrintOptions } from "./print.ts"
export { printPlan } from "./print.ts"
