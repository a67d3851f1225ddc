/** Jobs on worker threads. */
export { type WorkerOptions, workersLayer } from "./layer.ts"
