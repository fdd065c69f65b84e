/** `hello webhook`: where Telegram delivers. The bot sets it by itself at its start; this is for who must look, or do it by hand. */
import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { ConfigError } from '../errors.js'
import type { CommandTools } from './command-tools.js'

/** Builds it; nothing runs. */
export function createWebhookCommand({ env, terminal, done }: CommandTools): CommandModule<any, any> {
  const open = async (cwd: string) => {
    const [{ loadApp }, { createTelegram }, { withDefault }] = await Promise.all([
      import('./load-app.js'),
      import('../telegram/transport.js'),
      import('./set-variables.js'),
    ])
    const app = await loadApp(resolve(cwd))
    const { config, allowedUpdates } = app.overview(
      withDefault(env, 'DATABASE_URL', 'postgres://nobody@localhost/none'),
    )
    const { token, apiRoot } = config.telegram
    const telegram = createTelegram({ token, apiRoot, redactor: terminal.redactor })
    return { telegram, config, allowedUpdates }
  }
  return {
    command: 'webhook',
    describe: 'See, set or take away the address that Telegram delivers to',
    builder: (yargs) =>
      yargs
        .command({
          command: 'info',
          describe: 'Say what Telegram has, and what went wrong last',
          builder: (one) =>
            one
              .option('json', { type: 'boolean', default: false, describe: 'Print JSON' })
              .example('hello webhook info', 'Where updates go, and how many wait'),
          // yargs checks what it is given; its types lose what a nested command declares.
          handler: async ({ cwd, json }: any) => {
            const { telegram } = await open(cwd)
            await using _ = telegram
            const info = await telegram.callApi('getWebhookInfo', {})
            if (json) terminal.print(JSON.stringify(info, undefined, 2))
            else for (const line of describeInfo(info)) terminal.print(line)
            done(0)
          },
        })
        .command({
          command: 'set',
          describe: 'Set it to WEBHOOK_URL, as the start of the bot does',
          builder: (one) => one.example('hello webhook set', 'After another program has taken it away'),
          handler: async ({ cwd }: any) => {
            const { telegram, config, allowedUpdates } = await open(cwd)
            await using _ = telegram
            const { webhook } = config
            if (webhook === undefined) {
              throw new ConfigError(
                'CONFIG_WEBHOOK_URL',
                'WEBHOOK_URL is not set, so there is nothing to set the webhook to. Set WEBHOOK_URL and WEBHOOK_SECRET.',
              )
            }
            await telegram.callApi('setWebhook', {
              url: webhook.url,
              secret_token: webhook.secret,
              max_connections: webhook.maxConnections,
              allowed_updates: allowedUpdates as never,
            })
            terminal.print(`Telegram delivers to ${webhook.url}`)
            done(0)
          },
        })
        .command({
          command: 'delete',
          describe: 'Take it away, so that the bot can poll; what waits at Telegram stays',
          builder: (one) => one.example('hello webhook delete', 'Before hello start without WEBHOOK_URL'),
          handler: async ({ cwd }: any) => {
            const { telegram } = await open(cwd)
            await using _ = telegram
            await telegram.callApi('deleteWebhook', {})
            terminal.print('Telegram delivers to no webhook; updates wait until the bot asks.')
            done(0)
          },
        })
        .demandCommand(1, 'Say what to do: hello webhook info'),
    handler: () => undefined,
  }
}

interface Info {
  readonly url?: string
  readonly pending_update_count: number
  readonly last_error_date?: number
  readonly last_error_message?: string
}

function describeInfo({ url, pending_update_count, last_error_date, last_error_message }: Info): string[] {
  return [
    url ? `Telegram delivers to ${url}` : 'There is no webhook: the bot polls.',
    `${pending_update_count} updates wait at Telegram.`,
    ...(last_error_date === undefined
      ? []
      : [`Last error, ${new Date(last_error_date * 1_000).toISOString()}: ${last_error_message}`]),
  ]
}
