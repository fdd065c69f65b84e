/** The playground in a real browser, with a bot of another framework. */
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium, startChromium } from './chromium.js'
import { startPlayground } from './playground.fixture.js'

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
    await page.getByRole('button', { name: 'Wave' }).click()
    await page.getByRole('alert').getByText('You waved').waitFor()
    await said(page, 'You waved. Bye!')
    expect(await message(page, 'You waved. Bye!').getByText('edited').count()).toBe(1)
    await page.reload()
    await said(page, 'You waved. Bye!')
    await alex.sees('You said: hi there')
    expect(faults).toEqual([])
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
