/** NumPy's archives for tests, as `numpy.savez` and `savez_compressed` write them. */
import { zipSync } from "fflate"
import { type NumberArray, writeNpy } from "../../../plugins/io/matrix/mod.ts"

export type Arrays = Readonly<Record<string, readonly [data: NumberArray, shape: readonly number[]]>>

export const npz = (arrays: Arrays, level: 0 | 6 = 0): Uint8Array =>
  zipSync(
    Object.fromEntries(Object.entries(arrays).map(([name, [data, shape]]) => [`${name}.npy`, writeNpy(data, shape)])),
    { level }
  )
