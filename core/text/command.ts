/**
 * A word of a command line as a person would type it: quoted where a shell would read it otherwise.
 *
 * @example
 * shellWord("my run") // => "'my run'"
 */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** The same of a path behind a flag: a name that begins like a flag would be taken for one. */
export const pathWord = (path: string): string => shellWord(path.startsWith("-") ? `./${path}` : path)
