/** Keys, streams and draws: NumPy's SeedSequence, PCG64 and Generator, bit for bit. */
export { type ChoiceOptions, choice } from "./choice.ts"
export { fillIntegers, integers } from "./integers.ts"
export { child, type Key, key, zeroKey } from "./key.ts"
export { type Mt19937, mt19937, mt19937Random, mt19937Uniform } from "./mt19937.ts"
export { fillNormal, normal, standardNormal } from "./normal.ts"
export { fillPermutation, permutation, shuffle } from "./permutation.ts"
export { copyStream, loadStream, type Stream, saveStream, stream } from "./stream.ts"
export { type Floats, fillRandom, fillUniform, random, uniform } from "./uniform.ts"
