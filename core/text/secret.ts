/** Texts with secrets in them, as they may be shown and kept. */

/**
 * Addresses of databases in a text without their passwords.
 *
 * @example
 * withoutPasswords("--database postgres://ann:s3cret@host/runs") // => "--database postgres://ann:…@host/runs"
 */
export const withoutPasswords = (text: string): string =>
  text
    .replaceAll(/(\bpostgres(?:ql)?:\/\/[^\s:/?#@]*:)[^\s]*@/gi, "$1…@")
    .replaceAll(/([?&]password=)[^\s&#]*/gi, "$1…")
