/** The playground in a real browser, with a bot of another framework. */
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium, startChromium } from './chromium.js'
import { picture, startPlayground, takePictures } from './playground.fixture.js'

const executablePath = findChromium()
const reason = executablePath ? '' : ' (skipped: no Chromium found; install one or set CHROMIUM_PATH)'

describe.skipIf(!executablePath)(`the playground${reason}`, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startChromium(executablePath as string)
  })
  afterAll(() => browser?.close())

  test('sends what is typed, shows the reply, taps buttons, and is the same after a reload', async () => {
    await using stage = await startPlayground(browser)
    const { page, alex, faults } = stage
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await said(page, 'Hello, Alex!')
    await page.getByRole('button', { name: 'Warn' }).click()
    await page.getByRole('alertdialog').getByText('Mind the step').waitFor()
    await page.getByRole('button', { name: 'OK' }).click()
    await send(page, 'hi there')
    await said(page, 'You said: hi there')
    // It goes by itself, so it is waited for from before it comes.
    const toast = page.getByRole('alert').getByText('You waved').waitFor()
    await Promise.all([toast, page.getByRole('button', { name: 'Wave' }).click()])
    await said(page, 'You waved. Bye!')
    expect(await message(page, 'You waved. Bye!').getByText('edited').count()).toBe(1)
    await page.reload()
    await said(page, 'You waved. Bye!')
    await alex.sees('You said: hi there')
    expect(faults).toEqual([])
  })

  test('shows formatting, pictures, files, polls and dice; a spoiler opens, a deletion is one', async () => {
    await using stage = await startPlayground(browser)
    const { page, faults } = stage
    await start(page)
    await send(page, '/rich')
    const rich = message(page, 'Bold and italic')
    await rich.waitFor()
    expect(await rich.locator('strong em').textContent()).toBe('and italic')
    expect(await rich.locator('pre').textContent()).toContain('const answer = 42')
    expect(await rich.getByRole('link', { name: 'a link' }).getAttribute('rel')).toBe('noopener noreferrer')
    await rich.getByRole('button', { name: 'Hidden text: show it' }).click()
    await rich.getByText('hidden', { exact: true }).waitFor()
    await rich.getByRole('button', { name: '/help' }).click()
    await said(page, 'You said: /help')
    await send(page, '/photo')
    const photo = page.getByRole('img', { name: 'Photo' })
    await photo.waitFor()
    await expect.poll(() => photo.evaluate((image: any) => image.naturalWidth)).toBe(320)
    await send(page, '/file')
    await message(page, 'report.pdf').getByText('2.0 kB').waitFor()
    await send(page, '/dice')
    await page.getByRole('img', { name: /🎲 shows [1-6]/ }).waitFor()
    await send(page, '/poll')
    await page.getByRole('button', { name: 'Coffee 0' }).click()
    await page.getByRole('button', { name: 'Coffee 1', pressed: true }).waitFor()
    await takePictures(page, 'media')
    await send(page, '/gone')
    await said(page, 'It is gone')
    expect(await message(page, 'Gone in a moment').count()).toBe(0)
    expect(faults).toEqual([])
  })

  test('a file is sent, keys of the bot’s keyboard are pressed, a deep link is followed', async () => {
    await using stage = await startPlayground(browser)
    const { page, faults } = stage
    await page.getByLabel('More', { exact: true }).click()
    await page.getByRole('textbox', { name: /start parameter/ }).fill('ref_42')
    await page.getByRole('button', { name: 'Open the link' }).click()
    await said(page, 'You came by ref_42')
    await page
      .getByLabel('File to send')
      .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: picture })
    await said(page, 'A picture, 320 wide')
    await send(page, '/keys')
    await page.getByRole('button', { name: 'Coffee' }).click()
    await said(page, 'You said: Coffee')
    await page.getByRole('button', { name: /My number/ }).click()
    await said(page, 'Your number is +')
    const typing = page.getByRole('status').getByText('typing …').waitFor()
    await Promise.all([typing, send(page, '/typing')])
    expect(faults).toEqual([])
  })

  test('keys alone: a command from the menu, an edit of the last message, an answer given up', async () => {
    await using stage = await startPlayground(browser)
    const { page, faults } = stage
    await start(page)
    const field = page.getByRole('textbox', { name: 'Message' })
    await expect
      .poll(() => field.evaluate((element) => element === element.ownerDocument.activeElement))
      .toBe(true)
    await page.keyboard.type('/')
    await page.getByText('What I can do').waitFor()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await said(page, 'You said: /help')
    await page.keyboard.type('first')
    await page.keyboard.press('Enter')
    await said(page, 'You said: first')
    await page.keyboard.press('ArrowUp')
    await expect.poll(() => field.inputValue()).toBe('first')
    await page.keyboard.press('End')
    await page.keyboard.type(' and second')
    await page.keyboard.press('Enter')
    await said(page, 'Now it says: first and second')
    await page.keyboard.press('ArrowUp')
    await page.getByText('Edit', { exact: true }).first().waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => field.inputValue()).toBe('')
    const reply = message(page, 'You said: first').getByRole('button', { name: 'Reply' })
    await reply.focus()
    await page.keyboard.press('Enter')
    await page.getByText('Reply to Greeter').waitFor()
    await page.keyboard.type('an answer')
    await page.keyboard.press('Enter')
    await said(page, 'You said: an answer')
    expect(await page.locator('.mine .quote').textContent()).toBe('GreeterYou said: first')
    expect(faults).toEqual([])
  })

  test('what is begun before a request has its answer stays; what was refused comes back', async () => {
    await using stage = await startPlayground(browser)
    const { page } = stage
    await start(page)
    const field = page.getByRole('textbox', { name: 'Message' })
    let letGo = () => {}
    const held = new Promise<void>((resolve) => {
      letGo = resolve
    })
    await page.route('**/control/say', async (route) => {
      const response = await route.fetch()
      await held
      await route.fulfill({ response })
    })
    const answered = page.waitForResponse(/control\/say$/)
    await send(page, 'first')
    await said(page, 'You said: first')
    expect(await field.inputValue()).toBe('')
    await field.press('ArrowUp')
    await expect.poll(() => field.inputValue()).toBe('first')
    letGo()
    await (await answered).finished()
    await field.press('End')
    await field.pressSequentially(' and second')
    await field.press('Enter')
    await said(page, 'Now it says: first and second')
    await page.unroute('**/control/say')
    await page.route('**/control/{say,edit}', (route) => route.abort())
    await send(page, 'lost')
    await page.getByRole('alert').getByText('The server does not answer').waitFor()
    await expect.poll(() => field.inputValue()).toBe('lost')
    await field.fill('')
    await field.press('ArrowUp')
    await field.press('End')
    await field.pressSequentially(' and third')
    await field.press('Enter')
    await expect.poll(() => field.inputValue()).toBe('first and second and third')
  })

  test('several people and a group stand side by side, and are still there after a reload', async () => {
    await using stage = await startPlayground(browser)
    const { page, faults } = stage
    await start(page)
    await page.getByRole('button', { name: 'Add a person' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Maria')
    await page.getByRole('textbox', { name: 'Language' }).fill('de')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    const maria = page.getByRole('region', { name: 'Greeter, as Maria' })
    await maria.getByRole('button', { name: 'Start', exact: true }).click()
    await said(maria, 'Hello, Maria!')
    await maria.getByRole('button', { name: 'Commands' }).click()
    await maria.getByText('Hallo sagen').waitFor()
    await page.getByRole('button', { name: 'Add a group' }).click()
    await page.getByRole('textbox', { name: 'Title' }).fill('Friends')
    await page.getByRole('checkbox', { name: 'The bot is an administrator' }).check()
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('button', { name: 'Open Friends beside the other chat' }).click()
    const group = page.getByRole('region', { name: 'Friends, as Maria' })
    await send(group, 'Good morning')
    await said(group, 'Maria said: Good morning')
    await group.getByRole('combobox', { name: 'Who speaks' }).selectOption('Alex')
    const asAlex = page.getByRole('region', { name: 'Friends, as Alex' })
    await send(asAlex, 'Good day')
    await said(asAlex, 'Alex said: Good day')
    await takePictures(page, 'two')
    await page.reload()
    await said(asAlex, 'Alex said: Good day')
    await said(maria, 'Hello, Maria!')
    expect(faults).toEqual([])
  })

  test('hostile names and texts stay text, 4096 emoji and right-to-left writing among them', async () => {
    await using stage = await startPlayground(browser)
    const { world, page, faults } = stage
    await start(page)
    const hostile = `<img src=x onerror="document.title='pwned'"> <script>document.title='pwned'</script>`
    world.createPerson({ firstName: hostile })
    await send(page, hostile)
    await said(page, `You said: ${hostile}`)
    await page.getByRole('button', { name: `Open ${hostile} beside` }).waitFor()
    await send(page, '😀'.repeat(4096))
    await message(page, '😀'.repeat(4096)).first().waitFor()
    await send(page, '😀'.repeat(4097))
    await page.getByRole('alert').getByText('4096').waitFor()
    await page.getByRole('textbox', { name: 'Message' }).fill('')
    await send(page, 'שלום עולם, مرحبا\u202E evil')
    await said(page, 'You said: שלום')
    expect(await page.locator('.log img, .log script, nav img').count()).toBe(0)
    expect(await page.title()).toBe('Greeter · playground')
    expect(await isWiderThanWindow(page)).toBe(false)
    await takePictures(page, 'hostile')
    expect(faults).toEqual([])
  })

  test('the inspector shows a foreign bot’s calls, a refusal and raw updates; trouble is made and ended', async () => {
    await using stage = await startPlayground(browser)
    const { page, alex } = stage
    await start(page)
    const inspector = page.getByRole('complementary', { name: 'Inspector' })
    await inspector.getByText('sendMessage "Hello, Alex!"').waitFor()
    await inspector.getByRole('button', { name: 'JSON' }).click()
    await inspector.getByText('"update_id"').waitFor()
    await inspector.getByRole('tab', { name: 'Trouble' }).click()
    expect(await inspector.getByRole('button', { name: 'Restart' }).count()).toBe(0)
    await applied(page, inspector.getByRole('radio', { name: /Refuses with 429/ }))
    await send(page, 'are you there?')
    await inspector.getByRole('tab', { name: 'Updates' }).click()
    await inspector.getByText('429 Too Many Requests: retry after 3').waitFor()
    await inspector.getByRole('checkbox', { name: 'Failed' }).check()
    await expect.poll(() => inspector.getByText('sendMessage "Hello, Alex!"').count()).toBe(0)
    await inspector.getByRole('checkbox', { name: 'Failed' }).uncheck()
    await inspector.getByRole('tab', { name: 'Trouble' }).click()
    await applied(page, inspector.getByRole('radio', { name: /^Answers As/ }))
    await applied(page, inspector.getByRole('checkbox', { name: /Send each one twice/ }))
    await send(page, 'once')
    await alex.sees('You said: once')
    await alex.sees('You said: once')
    await inspector.getByRole('tab', { name: 'Updates' }).click()
    await inspector.getByText('sent 2 times').waitFor()
  })

  test('on a phone the chat has the whole width; the list and the inspector lie over it', async () => {
    await using stage = await startPlayground(browser, undefined, { width: 390, height: 780 })
    const { page, faults } = stage
    await start(page)
    await page.getByRole('button', { name: 'People and groups' }).click()
    await page.getByRole('heading', { name: 'People' }).waitFor()
    await takePictures(page, 'phone-list')
    await page.getByRole('button', { name: /^Alex/ }).click()
    await page.getByRole('navigation').waitFor({ state: 'hidden' })
    await takePictures(page, 'phone')
    await page.getByRole('button', { name: 'Inspector', exact: true }).click()
    await page.getByText('sendMessage "Hello, Alex!"').waitFor()
    await takePictures(page, 'phone-inspector')
    await page.getByRole('button', { name: 'Close the inspector' }).click()
    await page.getByRole('combobox', { name: 'Who speaks' }).waitFor()
    expect(await isWiderThanWindow(page)).toBe(false)
    expect(faults).toEqual([])
  })

  test('colours follow the system until others are chosen; a blocked bot is unblocked', async () => {
    await using stage = await startPlayground(browser)
    const { page } = stage
    await start(page)
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await background()
    await page.emulateMedia({ colorScheme: 'dark' })
    const dark = await background()
    expect(dark).not.toBe(light)
    await page.getByRole('combobox', { name: 'Colours' }).selectOption('Light')
    await expect.poll(background).toBe(light)
    await page.reload()
    await said(page, 'Hello, Alex!')
    await expect.poll(background).toBe(light)
    await page.getByLabel('More', { exact: true }).click()
    await page.getByRole('button', { name: 'Block the bot' }).click()
    await page.getByRole('button', { name: 'Unblock the bot' }).last().click()
    await page.getByRole('textbox', { name: 'Message' }).waitFor()
  })
})

function message(page: Page | Locator, text: string): Locator {
  return page.getByRole('article').filter({ hasText: text })
}

async function said(page: Page | Locator, text: string): Promise<void> {
  await message(page, text).first().waitFor()
}

async function send(page: Page | Locator, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.fill(text)
  await field.press('Enter')
}

/** Chooses it, and waits until the server has heard, since a message could be there before, and the page as well. */
async function applied(page: Page, choice: Locator): Promise<void> {
  const answered = page.waitForResponse((response) => response.url().endsWith('/control/telegram'))
  // Not check(): that looks at once, and the page shows what the server has said.
  await choice.click()
  await answered
  await expect.poll(() => choice.isChecked()).toBe(true)
}

async function start(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await said(page, 'Hello, Alex!')
}

function isWiderThanWindow(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > window.innerWidth')
}
