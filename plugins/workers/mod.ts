/** Work on worker threads: the layer, and what a worker's module of one's own calls. */
export { type WorkerOptions, workersLayer } from "./layer.ts"
export { serve } from "./serve.ts"
