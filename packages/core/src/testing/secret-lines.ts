/** Looks for secrets in what a test's bot has logged: a test that passes shows that none of them has left. */

import { PluginError } from '../errors.js'
import { shortestSecretLength } from '../secrets.js'

/**
 * @param known what the app has told its redactor: the token, passwords, the webhook's secret, secret options of plugins
 * @throws PluginError TEST_SECRET_LOGGED: names the line by its number, and does not show it.
 */
export function assertNoSecret(lines: readonly string[], known: readonly string[]): void {
  const secrets = known.filter(({ length }) => length >= shortestSecretLength)
  const index = lines.findIndex((line) => secrets.some((secret) => line.includes(secret)))
  if (index < 0) return
  const { msg = 'unknown' } = messageOf(lines[index] ?? '')
  const message = secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), String(msg))
  throw new PluginError(
    'TEST_SECRET_LOGGED',
    `Line ${index + 1} of the bot's log has a secret of its configuration in it: ${JSON.stringify(message)}. Whatever is logged must go through the app's logger, which hides secrets.`,
  )
}

function messageOf(line: string): { readonly msg?: unknown } {
  try {
    return JSON.parse(line) as { msg?: unknown }
  } catch {
    return { msg: line }
  }
}
