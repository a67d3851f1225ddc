/** Where loggers write that were told no place: below the run's directory, under names by which they are known again. */

/** The folder in the run's directory. */
export const LOGS = "logs"

/** Names in it: of a file of lines, and of TensorBoard's folder. */
export const METRICS = "metrics"
export const TENSORBOARD = "tensorboard"

/** `events.out.tfevents.SECONDS.policygradex.N`: readers go through a folder's files by their names. */
export const eventFileName = /^events\.out\.tfevents\.(\d{10})\.policygradex\.(\d{4})$/

/** Whether a path that counts from a run's directory is that of such a log. */
export const isOwnLog = (path: string): boolean => {
  const [folder, ...names] = path.split("/")
  if (folder !== LOGS) return false
  const [name = "", file = ""] = names
  if (names.length === 1) return name === `${METRICS}.jsonl` || name === `${METRICS}.csv`
  return names.length === 2 && name === TENSORBOARD && eventFileName.test(file)
}
