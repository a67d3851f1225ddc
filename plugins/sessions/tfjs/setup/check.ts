/**
 * Loads the tfjs-node of a folder and computes with it, then says in one line what it found: run as a process of its
 * own, since a native part that does not fit may end the process that loads it.
 */
import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { isTensorFlow } from "../engine.ts"
import { restoreUtil } from "../packages.ts"

restoreUtil()
const folder = process.argv.at(-1) ?? ""
const tf: unknown = createRequire(pathToFileURL(join(folder, "package.json")).href)("@tensorflow/tfjs-node")
if (!isTensorFlow(tf)) throw new Error("tfjs-node is not TensorFlow.js")
const engine = tf.engine()
const x = engine.makeTensor(Float32Array.of(1, 2, 3), [3], "float32")
const total = engine.runKernel("Sum", { x }, { axis: [0], keepDims: false })
if (Array.isArray(total) || total.dataSync()[0] !== 6) throw new Error("1 + 2 + 3 is not 6")
const isGpu = "isUsingGpuDevice" in tf.backend() && Reflect.get(tf.backend(), "isUsingGpuDevice") === true
console.log(JSON.stringify({ works: true, isGpu }))
