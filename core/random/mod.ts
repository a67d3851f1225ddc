/** Keys, streams and draws: NumPy's SeedSequence, PCG64 and Generator, bit for bit. */
export { type ChoiceOptions, choice, type DrawError } from "./choice.ts"
export { fillIntegers, integers } from "./integers.ts"
export { child, type Key, key, type SeedError, zeroKey } from "./key.ts"
export { fillNormal, normal, standardNormal } from "./normal.ts"
export { fillPermutation, permutation, shuffle } from "./permutation.ts"
export { copyStream, loadStream, type Stream, type StreamError, saveStream, stream } from "./stream.ts"
export { type Floats, fillRandom, fillUniform, random, uniform } from "./uniform.ts"
