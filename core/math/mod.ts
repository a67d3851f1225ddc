/** Elementary functions in double precision that give the same bits under Bun, Deno and Node. */
export { asin } from "./asin.ts"
export { exp } from "./exp.ts"
export { log, log1p } from "./log.ts"
export { cos, sin } from "./sin_cos.ts"
export { tanh } from "./tanh.ts"
