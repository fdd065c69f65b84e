/** Which variables somebody has set. A blank one is not: Compose passes an empty text on for what is not given. */
import type { Environment } from '../config/environment.js'

/** Whether the variable or its `_FILE` twin is set. */
export const isSet = (env: Environment, name: string): boolean =>
  [env[name], env[`${name}_FILE`]].some((text) => (text ?? '').trim() !== '')

/** The variables, with one more where it is not set. */
export const withDefault = (env: Environment, name: string, value: string): Environment =>
  isSet(env, name) ? env : { ...env, [name]: value }
