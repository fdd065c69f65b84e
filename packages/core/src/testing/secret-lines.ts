/** Looks for secrets in what a test's bot has logged: a test that passes shows that none of them has left. */

import type { Environment } from '../config/environment.js'
import { parseConfig } from '../config/parse-config.js'
import { PluginError } from '../errors.js'
import { shortestSecretLength } from '../secrets.js'

/**
 * @param env what the app was started with; the token, the password of its database and the webhook's secret are in it
 * @throws PluginError TEST_SECRET_LOGGED: names the line by its number, and does not show it.
 */
export function assertNoSecret(lines: readonly string[], env: Environment): void {
  const secrets = secretsOf(env).filter(({ length }) => length >= shortestSecretLength)
  const index = lines.findIndex((line) => secrets.some((secret) => line.includes(secret)))
  if (index < 0) return
  const { msg = 'unknown' } = messageOf(lines[index] ?? '')
  const message = secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), String(msg))
  throw new PluginError(
    'TEST_SECRET_LOGGED',
    `Line ${index + 1} of the bot's log has a secret of its configuration in it: ${JSON.stringify(message)}. Whatever is logged must go through the app's logger, which hides secrets.`,
  )
}

/** Of a configuration that cannot be used, and with which nothing was started, none is known. */
function secretsOf(env: Environment): readonly string[] {
  try {
    return parseConfig(env).secrets
  } catch {
    return []
  }
}

function messageOf(line: string): { readonly msg?: unknown } {
  try {
    return JSON.parse(line) as { msg?: unknown }
  } catch {
    return { msg: line }
  }
}
