/** Policies as ONNX models. */
export { fixedTask } from "./fixed_task.ts"
export { policyToOnnx } from "./policy.ts"
