/** Policies as ONNX models. */
export { fixedTask } from "./fixed_task.ts"
export { type Initializer, type Model, type Node, type Value, writeOnnx } from "./model.ts"
export { policyToOnnx } from "./policy.ts"
