/** A person at the local Telegram, over its control API. */
import { Failure } from '../progress.mjs'

const longestWaitMs = 60_000

/**
 * Says something to the bot and waits for an answer.
 *
 * @param {string} address of the page, or of the API, of a local Telegram
 * @param {string} text
 * @param {RegExp} expected
 */
export async function talk(address, text, expected) {
  const base = `${address.replace(/\/$/, '')}/control`
  const watch = new AbortController()
  const timer = setTimeout(() => watch.abort(), longestWaitMs)
  let seen = ''
  try {
    const events = await fetch(`${base}/events`, { signal: watch.signal })
    const said = await fetch(`${base}/say`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
    })
    if (!said.ok) throw new Failure(`"${text}" could not be said: ${await said.text()}`)
    for await (const chunk of events.body.pipeThrough(new TextDecoderStream())) {
      seen += chunk
      if (expected.test(seen)) return
    }
  } catch (error) {
    if (error.name !== 'AbortError') throw error
  } finally {
    clearTimeout(timer)
    watch.abort()
  }
  throw new Failure(`The bot was told "${text}" and did not answer ${expected}. What was seen:\n${seen}`)
}
