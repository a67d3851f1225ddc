/** Policies as ONNX models. */
export { type Initializer, type Model, type Node, type Value, writeOnnx } from "./model.ts"
export { policyToOnnx } from "./policy.ts"
