/** A stage for tests of the playground: a world, a bot of a foreign framework, and the page in a browser that records whatever goes wrong. */
import { Bot as GrammyBot, InputFile, Keyboard } from 'grammy'
import type { Browser, Page } from 'playwright-core'
import { createWorld, type ServerOptions, startServer } from '../src/index.js'

/** See the file's purpose. @param prepare Teaches the bot before it starts. */
export async function startPlayground(
  browser: Browser,
  prepare: (bot: GrammyBot) => void = teachGreeter,
  { width = 1280, height = 800, ...options }: { width?: number; height?: number } & ServerOptions = {},
) {
  const world = createWorld()
  const account = world.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  const alex = world.createPerson({ firstName: 'Alex', languageCode: 'en' })
  const server = await startServer(world, { ...options, defaults: { person: alex, bot: account } })
  const bot = new GrammyBot(account.token, { client: { apiRoot: server.apiRoot } })
  prepare(bot)
  bot.catch(() => undefined)
  await bot.api.setMyCommands([
    { command: 'start', description: 'Say hello' },
    { command: 'help', description: 'What I can do' },
  ])
  await bot.api.setMyCommands([{ command: 'start', description: 'Hallo sagen' }], { language_code: 'de' })
  const polling = bot.start()
  const context = await browser.newContext({ viewport: { width, height } })
  const page = await context.newPage()
  // Below the time of a test, so that what was waited for is named.
  page.setDefaultTimeout(30_000)
  const faults = recordFaults(page, server.apiRoot)
  await page.goto(server.url)
  await page.getByRole('heading', { name: 'Greeter', exact: true }).waitFor()
  return {
    world,
    account,
    alex,
    server,
    page,
    /** What must not be: errors in the console, requests to elsewhere. */
    faults,
    async [Symbol.asyncDispose]() {
      await context.close()
      await bot.stop()
      await polling
      await server.stop()
    },
  }
}

/** Collects errors of the page and requests that leave its server. */
export function recordFaults(page: Page, origin: string): string[] {
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (entry) => {
    if (entry.type() === 'error') faults.push(entry.text())
  })
  page.on('request', (request) => {
    const url = request.url()
    if (!/^(data|blob):/.test(url) && !url.startsWith(origin)) faults.push(`asks ${url}`)
    if (/\d{6,}:[A-Za-z0-9_-]{35}/.test(url)) faults.push(`has a token: ${url}`)
  })
  return faults
}

/** Pictures for people to look at, where SCREENSHOTS names a folder. */
export async function takePictures(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS
  if (!folder) return
  const before = page.viewportSize()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png` })
  }
  await page.emulateMedia({ colorScheme: 'light' })
  if (before) await page.setViewportSize(before)
}

/** A picture of 320 × 180: hills and a sun. */
export const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAUAAAAC0AgMAAACYih2CAAAADFBMVEW/3O72xF1bmms/eljIcJCHAAACJElEQVR42u2XMXLCQAxFgYwbGqpcgkskR6Cw78NRKBml4AhwHipqD2MlgXht8NrWSn8SMuhXrt68L+3A7mTi8Xg8Ho/H43n8TIuiWCGBr1/AAsjLvnlFDhYEKk6vPNwUsx9gDm6M61zzinfsCGFDzAIwB48QNUQ4sOFhtjJtAVfPAcxawPwhga1Tgzk3DnSgAx34O8DH/4F9wn89+M3hH1yW4PdD+A0WfsfGvwLg7xT4Swr+1sO/RuHvZfyL3uPxzOiaDYi3pJA1gkftbGB1YUQiLJG6WYP2ASHOKRrYQsxjpL6soYXVpWf9PF3p5QBQU3o+xKMtcCPK0vMRIAE3olJcjgIJLJioKBBMOjoSwaSjIxJMUJQJJigKBcWKUkGxolhQqCgXFComCIoUUwRFikmCEsU0nkAxETiuSGhFQisSWpHQioRWJLQioRUJragBEhy4QQOD4htfcm4BK4PiC4ccApBZrbjgVk4NUEXchrp1zg1QRVwv+C6nBqiZ4445Trx8lsm8D47kEIB8TAVyNA0wdYz7OPDcACvrAMMY68/SOsB6jOHzaC58LR0+K3vhy16az9Je+BbI9sJ3wMpe+BYo2wsnANlc+B5YGjfSAY6X5kRgZdtIFzhSerRwFzhceq8AVqbCEeBAaUHhGLC/9F4JrAyFo8Ce0qLCcWC8NBuAMSKbgKxbyACQtbxeICt5/cD2HJkRwHAedwwC6uJABzrwT4CfuHprD6vIODMAAAAASUVORK5CYII=',
  'base64',
)

function teachGreeter(bot: GrammyBot): void {
  bot.command('start', (ctx) =>
    ctx.reply(`Hello, ${ctx.from?.first_name}!${ctx.match ? ` You came by ${ctx.match}.` : ''}`, {
      reply_markup: {
        inline_keyboard: [
          [
            { text: 'Wave', callback_data: 'wave' },
            { text: 'Warn', callback_data: 'warn' },
          ],
          [{ text: 'Site', url: 'https://example.org' }],
        ],
      },
    }),
  )
  bot.command('rich', (ctx) =>
    ctx.reply(
      '<b>Bold <i>and italic</i></b>, <code>code</code>, <tg-spoiler>hidden</tg-spoiler>, <a href="https://example.org">a link</a>, /help\n<blockquote>Quoted</blockquote><pre><code class="language-ts">const answer = 42</code></pre>',
      { parse_mode: 'HTML' },
    ),
  )
  bot.command('photo', (ctx) => ctx.replyWithPhoto(new InputFile(picture, 'flag.png'), { caption: 'A flag' }))
  bot.command('file', (ctx) => ctx.replyWithDocument(new InputFile(Buffer.alloc(2_048), 'report.pdf')))
  bot.command('keys', (ctx) =>
    ctx.reply('Choose', {
      reply_markup: new Keyboard().text('Tea').text('Coffee').row().requestContact('My number').resized(),
    }),
  )
  bot.command('poll', (ctx) => ctx.replyWithPoll('Tea or coffee?', [{ text: 'Tea' }, { text: 'Coffee' }]))
  bot.command('dice', (ctx) => ctx.replyWithDice('🎲'))
  bot.command('typing', (ctx) => ctx.replyWithChatAction('typing'))
  bot.command('gone', async (ctx) => {
    const sent = await ctx.reply('Gone in a moment')
    await ctx.api.deleteMessage(ctx.chat.id, sent.message_id)
    await ctx.reply('It is gone')
  })
  bot.callbackQuery('wave', async (ctx) => {
    await ctx.answerCallbackQuery('You waved')
    await ctx.editMessageText('You waved. Bye!')
  })
  bot.callbackQuery('warn', (ctx) => ctx.answerCallbackQuery({ text: 'Mind the step', show_alert: true }))
  bot.on('message:contact', (ctx) => ctx.reply(`Your number is ${ctx.message.contact.phone_number}`))
  bot.on('message:photo', (ctx) => ctx.reply(`A picture, ${ctx.message.photo.at(-1)?.width} wide`))
  bot.on('edited_message:text', (ctx) => ctx.reply(`Now it says: ${ctx.editedMessage.text}`))
  bot.on('message:text', (ctx) =>
    ctx.reply(
      ctx.chat.type === 'private'
        ? `You said: ${ctx.message.text}`
        : `${ctx.from.first_name} said: ${ctx.message.text}`,
    ),
  )
}
