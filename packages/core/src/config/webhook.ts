/** Checks where Telegram is to deliver updates and the secret it proves itself with. A bot never listens without one. */

import { quoteUrl } from './mask-password.js'
import { isStringifiedNothing, quote, rule } from './rule.js'

/** The path of a WEBHOOK_URL that has none. */
export const defaultWebhookPath = '/webhook'

// https://core.telegram.org/bots/api#setwebhook: "Ports currently supported for webhooks: 443, 80, 88, 8443".
const ports = ['', '443', '80', '88', '8443']
const loopbackHosts = ['127.0.0.1', 'localhost', '[::1]']

/**
 * A schema of an address that Telegram delivers to: https, a host name, one of four ports; its path is the exact path of
 * the webhook. http to this machine, on any port, is taken too and refused in production by {@link isLoopbackHttp}, so that
 * the local Telegram of development can deliver. Faults have the code CONFIG_WEBHOOK_URL.
 */
export const webhookUrl = rule((text, fail) => {
  const refuse = (problem: string, fix: string) =>
    fail({
      code: 'CONFIG_WEBHOOK_URL',
      problem,
      got: quoteUrl(text),
      expected: 'https://bot.example.com/webhook',
      fix,
    })
  if (!URL.canParse(text)) return refuse('is not a URL', 'Write it with https:// and the name of the host.')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return refuse(
      'has more than a host and a path',
      'Remove user, password, ? and #: WEBHOOK_SECRET proves who calls.',
    )
  }
  if (url.pathname === '/') url.pathname = defaultWebhookPath
  if (isLoopbackHttp(url)) return url
  if (url.protocol !== 'https:')
    return refuse('is not https', 'Telegram delivers over https alone: begin it with https://.')
  if (loopbackHosts.includes(url.hostname) || isIpAddress(url.hostname)) {
    return refuse('has no public host name', 'Use the name that the certificate is for, not an address.')
  }
  if (!ports.includes(url.port))
    return refuse(`has port ${url.port}`, 'Telegram delivers to 443, 80, 88 and 8443 alone.')
  return url
})

/** Whether an address is http to this machine: for development and tests. */
export function isLoopbackHttp(url: URL): boolean {
  return url.protocol === 'http:' && loopbackHosts.includes(url.hostname)
}

/** A schema of the secret in `X-Telegram-Bot-Api-Secret-Token`: 16 to 256 of A-Z a-z 0-9 _ -. Faults: CONFIG_WEBHOOK_SECRET. */
export const webhookSecret = rule((text, fail) => {
  if (/^[A-Za-z0-9_-]{16,256}$/.test(text)) return text
  const wrong = text.replace(/[A-Za-z0-9_-]/g, '').length
  const found = isStringifiedNothing(text)
    ? quote(text)
    : `${text.length} characters, ${wrong} of them not allowed`
  return fail({ ...missingWebhookSecret, problem: 'is not a webhook secret', got: found })
})

/** The fault of a webhook without a secret: it would let everyone in. */
export const missingWebhookSecret = {
  code: 'CONFIG_WEBHOOK_SECRET',
  problem: 'is missing while WEBHOOK_URL is set',
  expected: '16 to 256 of A-Z a-z 0-9 _ -',
  fix: 'Make one with `openssl rand -hex 32` and set WEBHOOK_SECRET, or WEBHOOK_SECRET_FILE to a file that holds it.',
} as const

function isIpAddress(hostname: string): boolean {
  // The URL standard writes every form of an IPv4 address (0x7f.1, 2130706433) as four numbers.
  return hostname.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(hostname)
}
