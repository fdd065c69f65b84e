/** The variables with which an app is looked at that will not run: a token and a database that are not set need not be. Pure. */
import type { Environment } from '../config/environment.js'
import { withDefault } from './set-variables.js'

/** Those of `env`, with stand-ins of the right form that are never used. */
export function inspectionEnv(env: Environment): Environment {
  const withToken = withDefault(env, 'BOT_TOKEN', `1000000:${'-'.repeat(35)}`)
  return withDefault(withToken, 'DATABASE_URL', 'postgres://nobody@localhost/none')
}
