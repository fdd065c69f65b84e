/** Checks the address of the database before anything connects, and shows it only with the password masked. */

import { maskPassword } from './mask-password.js'
import { isStringifiedNothing, rule } from './rule.js'

const form = 'postgres://user:password@host:5432/database'
const encodeHint =
  'If the password has one of @ : / ? # % in it, percent-encode it: @ is %40, : is %3A, / is %2F, ? is %3F, # is %23, % is %25.'

/** A schema of `postgres://user:password@host:port/database`. Faults have the code CONFIG_DATABASE_URL. */
export const databaseUrl = rule((text, fail) => {
  if (isStringifiedNothing(text)) return fail(missingDatabaseUrl)
  const refuse = (problem: string, fix: string) =>
    fail({ code: 'CONFIG_DATABASE_URL', problem, got: maskPassword(text), expected: form, fix })
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) return refuse('is not a URL', `Write it as in ${form}.`)
  if (scheme !== 'postgres' && scheme !== 'postgresql') {
    return refuse(
      `is not the address of a PostgreSQL database`,
      `Begin it with postgres:// in place of ${scheme}://.`,
    )
  }
  // The URL standard takes the last @ of the address as the end of the password, libpq the first.
  if ((/^[^/]*\/\/([^/?#]*)/.exec(text)?.[1]?.split('@').length ?? 0) > 2) {
    return refuse('has more than one @ before the host', encodeHint)
  }
  if (!URL.canParse(text)) return refuse('cannot be read', encodeHint)
  const url = new URL(text)
  if (decoded(url.username) === undefined || decoded(url.password) === undefined) {
    return refuse('has a % that is not followed by two hexadecimal digits', encodeHint)
  }
  if (url.pathname.replaceAll('/', '') === '')
    return refuse('names no database', `Add its name at the end. ${encodeHint}`)
  if (url.hash !== '') return refuse('has a # in it', encodeHint)
  return text
})

/** The fault of an app without a database. */
export const missingDatabaseUrl = {
  code: 'CONFIG_DATABASE_URL',
  problem: 'is missing',
  expected: form,
  fix: 'Set DATABASE_URL, or DATABASE_URL_FILE to a file that holds it.',
} as const

/** The password of an address in every form that may be seen: as it is written, and decoded. None where it is no address. */
export function databasePasswords(text: string): string[] {
  if (!URL.canParse(text)) return []
  const url = new URL(text)
  const written = [url.password, ...url.searchParams.getAll('password')].filter((password) => password !== '')
  return [...new Set(written.flatMap((password) => [password, decoded(password) ?? password]))]
}

/** Whether the server's certificate is not looked at, so that anybody on the way may be the server (pg-connection-string, `sslmode`). Not where TLS is off: nobody expects it then. */
export function trustsAnyServer(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { searchParams } = new URL(text)
  const mode = searchParams.get('sslmode')
  const asLibpq = searchParams.get('uselibpqcompat') === 'true'
  return mode === 'no-verify' || (asLibpq && (mode === 'require' || mode === 'prefer'))
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
