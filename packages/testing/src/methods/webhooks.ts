/** setWebhook, deleteWebhook, getWebhookInfo. Source: Bot API, setWebhook; its server's Client.cpp. */
import { isIP } from 'node:net'
import { badRequest, conflict } from '../bot-api/api-error.js'
import type { Webhook } from '../world/bot.js'
import { parseAllowedUpdates } from './allowed-updates.js'
import { DescribedResult, type MethodCall, type MethodGroup } from './method.js'

const largestCertificateBytes = 3 * 1024 * 1024

/** The methods of this group. */
export const webhookMethods: MethodGroup = { setWebhook, deleteWebhook, getWebhookInfo }

function setWebhook(call: MethodCall): DescribedResult {
  const { bot, parameters, webhooks } = call
  const url = parameters.text('url')?.trim() ?? ''
  if (url === '') return deleteWebhook(call)
  const address = checkUrl(url)
  const certificate = readCertificate(call)
  const ipAddress = parameters.text('ip_address')?.trim()
  if (ipAddress && isIP(ipAddress) === 0) throw badRequest('bad webhook: Invalid IP address specified')
  const allowed = parseAllowedUpdates(parameters)
  const webhook: Webhook = {
    url: address,
    ...(certificate && { certificate }),
    ...(ipAddress && { ipAddress }),
    secretToken: parseSecret(parameters.text('secret_token')),
    maxConnections: Math.min(100, Math.max(1, parameters.integer('max_connections') ?? 40)),
  }
  if (parameters.flag('drop_pending_updates')) bot.updates.clear()
  if (allowed) bot.updates.allowedUpdates = allowed.length > 0 ? allowed : undefined
  const isSame =
    bot.webhook?.url === address &&
    !certificate &&
    !bot.webhook.certificate &&
    bot.webhook.ipAddress === webhook.ipAddress &&
    bot.webhook.secretToken === webhook.secretToken &&
    bot.webhook.maxConnections === webhook.maxConnections
  if (isSame) return new DescribedResult(true, 'Webhook is already set')
  bot.waitingPoll?.displace(conflict('terminated by setWebhook request'))
  webhooks.set(bot, webhook)
  return new DescribedResult(true, 'Webhook was set')
}

function deleteWebhook({ bot, parameters, webhooks }: MethodCall): DescribedResult {
  if (parameters.flag('drop_pending_updates')) bot.updates.clear()
  if (!bot.webhook) return new DescribedResult(true, 'Webhook is already deleted')
  webhooks.set(bot, undefined)
  return new DescribedResult(true, 'Webhook was deleted')
}

function getWebhookInfo({ bot }: MethodCall): unknown {
  const { webhook, updates } = bot
  return {
    url: webhook?.url ?? '',
    has_custom_certificate: webhook?.certificate !== undefined,
    pending_update_count: updates.pending().length,
    ...(webhook?.ipAddress && { ip_address: webhook.ipAddress }),
    ...(webhook && { max_connections: webhook.maxConnections }),
    ...(webhook?.lastErrorUnix !== undefined && {
      last_error_date: webhook.lastErrorUnix,
      last_error_message: webhook.lastErrorMessage,
    }),
    ...(updates.allowedUpdates && { allowed_updates: updates.allowedUpdates }),
  }
}

/**
 * Telegram takes https on four ports; an address without a scheme is one of https. Loopback is let through with any
 * scheme and port, so that local bots work.
 */
function checkUrl(given: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `https://${given}`
  if (!/^https?:/i.test(url) || !URL.canParse(url)) throw badRequest('invalid webhook URL specified')
  const parsed = new URL(url)
  if (isLoopback(parsed.hostname)) return url
  if (!parsed.hostname.includes('.')) {
    throw badRequest('bad webhook: Failed to resolve host: Name or service not known')
  }
  if (parsed.protocol !== 'https:') {
    throw badRequest('bad webhook: An HTTPS URL must be provided for webhook')
  }
  if (!['', '443', '80', '88', '8443'].includes(parsed.port)) {
    throw badRequest('bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443')
  }
  return url
}

/** The certificate that a webhook shows instead of one that everybody trusts: deliveries trust it alone. */
function readCertificate({ parameters }: MethodCall): string | undefined {
  const attached = /^attach:\/\/(.+)$/.exec(parameters.text('certificate') ?? '')?.[1]
  const file = parameters.files.get(attached ?? 'certificate')
  if (!file) return undefined
  const size = file.content.length
  if (size > largestCertificateBytes) throw badRequest(`certificate size is too big (${size} bytes)`)
  return file.content.toString('utf8')
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

function parseSecret(secret: string | undefined): string | undefined {
  if (secret === undefined || secret === '') return undefined
  if (secret.length > 256) throw badRequest('secret token is too long')
  if (!/^[A-Za-z0-9_-]+$/.test(secret)) throw badRequest('secret token contains unallowed characters')
  return secret
}
