/** Python's pickles as descriptions: nothing in them is ever run. */
export { type PickleFlaw, readPickle } from "./read.ts"
export {
  entriesOf,
  entry,
  isDict,
  isList,
  isName,
  isObject,
  isReference,
  type Pickled,
  type PickledList,
  type PickledObject
} from "./values.ts"
