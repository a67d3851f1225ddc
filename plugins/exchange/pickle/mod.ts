/** Python's pickles as descriptions: nothing in them is ever run. */
export { type PickleFlaw, readPickle } from "./read.ts"
export * from "./values.ts"
