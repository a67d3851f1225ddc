/** Trainings on worker threads: the layer, and what a worker's module of one's own calls. */
export { serve } from "./serve.ts"
export { type WorkerOptions, workerTrainings } from "./trainings.ts"
