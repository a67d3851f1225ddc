/** What a pickle describes, as plain data: nothing that it names is looked up, made or called. */

/** A list or a tuple. */
export interface PickledList {
  readonly kind: "list"
  readonly items: Pickled[]
}

/** A dictionary, entries in the order of the file. */
export interface PickledDict {
  readonly kind: "dict"
  readonly entries: [Pickled, Pickled][]
}

/** Something by its module and name. */
export interface PickledName {
  readonly kind: "name"
  readonly name: string
}

/** What Python would make by calling `name`: only its description. */
export interface PickledObject {
  readonly kind: "object"
  readonly name: string
  readonly arguments: Pickled
  /** What would be put into it. */
  state: Pickled
  /** Entries and items that would be added to it. */
  readonly entries: [Pickled, Pickled][]
}

/** What stands outside of the pickle. */
export interface PickledReference {
  readonly kind: "reference"
  readonly id: Pickled
}

export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickledList
  | PickledDict
  | PickledName
  | PickledObject
  | PickledReference

const has = <K extends string>(x: Pickled | undefined, kind: K): x is Extract<Pickled, { readonly kind: K }> =>
  typeof x === "object" && x !== null && "kind" in x && x.kind === kind

export const isPlainDict = (x: Pickled | undefined): x is PickledDict => has(x, "dict")
export const isList = (x: Pickled | undefined): x is PickledList => has(x, "list")
export const isName = (x: Pickled | undefined): x is PickledName => has(x, "name")
export const isReference = (x: Pickled | undefined): x is PickledReference => has(x, "reference")
export const isObject = (x: Pickled | undefined, name?: string): x is PickledObject =>
  has(x, "object") && (name === undefined || x.name === name)

/** The entries of a dictionary, or of an object that is one. */
export const entriesOf = (x: Pickled | undefined): readonly (readonly [Pickled, Pickled])[] =>
  has(x, "dict") || has(x, "object") ? x.entries : []

/** Whether it is a dictionary, or an object that is one. */
export const isDict = (x: Pickled | undefined): boolean => has(x, "dict") || isObject(x, "collections.OrderedDict")

/** What a dictionary has under a text. */
export const entry = (x: Pickled | undefined, key: string): Pickled | undefined =>
  entriesOf(x).find(([name]) => name === key)?.[1]
