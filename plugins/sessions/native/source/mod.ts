/** Plans printed as C. */
export type { Printed, PrintOptions } from "./print.ts"
export { printPlan } from "./print.ts"
