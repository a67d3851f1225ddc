/** Jobs that stages have of their own. */
export { checkJob } from "./first_order/check_job.ts"
export { gradientJob } from "./surrogate/gradient_job.ts"
export { observeJob } from "./surrogate/observe_job.ts"
