/** The chat page in a real browser. */
import { Bot as GrammyBot } from 'grammy'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, startServer } from '../src/index.js'
import { findChromium, startChromium } from './chromium.js'

const executablePath = findChromium()
const reason = executablePath ? '' : ' (skipped: no Chromium found; install one or set CHROMIUM_PATH)'

describe.skipIf(!executablePath)(`the chat page${reason}`, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startChromium(executablePath as string)
  })
  afterAll(() => browser?.close())

  test('sends what is typed, shows the reply, taps a button, and survives a reload', async () => {
    await using stage = await startStage(browser)
    const { page, alex, errors } = stage
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByText('Hello, Alex!').waitFor()
    expect(await page.evaluate('document.activeElement.id')).toBe('text')
    await page.keyboard.type('hi there')
    await page.keyboard.press('Enter')
    await page.getByText('You said: hi there').waitFor()
    await screenshot(page, 'buttons')
    await page.getByRole('button', { name: 'Wave' }).click()
    await page.getByRole('alert').getByText('You waved').waitFor()
    await page.getByText('You waved. Bye!').waitFor()
    await page.reload()
    await page.getByText('You waved. Bye!').waitFor()
    await alex.sees('You said: hi there')
    await screenshot(page, 'chat')
    expect(errors).toEqual([])
  })

  test('shows hostile text as text', async () => {
    await using stage = await startStage(browser)
    const { page, errors } = stage
    const hostile = `<img src=x onerror="document.title='pwned'"> <script>document.title='pwned'</script>`
    await page.getByRole('textbox', { name: 'Message' }).fill(hostile)
    await page.keyboard.press('Enter')
    await page.getByText(`You said: ${hostile}`).waitFor()
    const emoji = '😀'.repeat(2000)
    await page.getByRole('textbox', { name: 'Message' }).fill(emoji)
    await page.keyboard.press('Enter')
    await page.getByText(`You said: ${emoji}`).waitFor()
    expect(await page.locator('.log img, .log script').count()).toBe(0)
    expect(await page.title()).toBe('Greeter')
    await screenshot(page, 'hostile')
    expect(errors).toEqual([])
  })
})

async function startStage(browser: Browser) {
  const world = createWorld()
  const account = world.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  const alex = world.createPerson({ firstName: 'Alex' })
  const server = await startServer(world, { defaults: { person: alex, bot: account } })
  const bot = createGreeter(account.token, server.apiRoot)
  await bot.api.setMyCommands([{ command: 'start', description: 'Say hello' }])
  const polling = bot.start()
  const context = await browser.newContext({ viewport: { width: 390, height: 780 } })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (entry) => {
    if (entry.type() === 'error') errors.push(entry.text())
  })
  page.on('request', (request) => {
    if (!/^data:/.test(request.url()) && !request.url().startsWith(server.apiRoot)) errors.push(request.url())
  })
  await page.goto(server.url)
  await page.getByRole('heading', { name: 'Greeter' }).waitFor()
  return {
    page,
    alex,
    errors,
    async [Symbol.asyncDispose]() {
      await context.close()
      await bot.stop()
      await polling
      await server.stop()
    },
  }
}

function createGreeter(token: string, apiRoot: string): GrammyBot {
  const bot = new GrammyBot(token, { client: { apiRoot } })
  bot.command('start', (ctx) =>
    ctx.reply(`Hello, ${ctx.from?.first_name}!`, {
      reply_markup: {
        inline_keyboard: [
          [
            { text: 'Wave', callback_data: 'wave' },
            { text: 'Site', url: 'https://example.org' },
          ],
        ],
      },
    }),
  )
  bot.callbackQuery('wave', async (ctx) => {
    await ctx.answerCallbackQuery('You waved')
    await ctx.editMessageText('You waved. Bye!')
  })
  bot.on('message:text', (ctx) => ctx.reply(`You said: ${ctx.message.text}`))
  return bot
}

/** Pictures for people to look at, where SCREENSHOTS names a folder. */
async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS
  if (!folder) return
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width: 390, height: 780 })
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png` })
    await page.setViewportSize({ width: 1100, height: 760 })
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}-wide.png` })
  }
}
