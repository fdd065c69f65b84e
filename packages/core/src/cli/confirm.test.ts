/** What cannot be undone is asked for on a terminal, and needs --yes elsewhere. */
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { confirm } from './confirm.js'

const question = { consequence: 'The database x_db is removed.', word: 'x' }

function terminal(answer: string | null) {
  const input = Object.assign(new PassThrough(), { isTTY: true })
  const output = new PassThrough()
  let shown = ''
  output.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    if (!shown.includes('Type x to do it: ')) return
    output.removeAllListeners('data')
    if (answer === null) input.end()
    else input.write(`${answer}\n`)
  })
  return { input, output }
}

test('the word that is asked for lets it happen', async () => {
  await confirm({ ...question, yes: false, ...terminal(' x ') })
})

test.each(['y', 'X', '', 'xx'])('the answer %j does not', async (answer) => {
  await expect(confirm({ ...question, yes: false, ...terminal(answer) })).rejects.toMatchObject({
    code: 'CONFIRM_REQUIRED',
    message: 'That was not "x", so nothing was done.',
  })
})

test('nor does an end of the input (Ctrl-D)', async () => {
  await expect(confirm({ ...question, yes: false, ...terminal(null) })).rejects.toMatchObject({
    code: 'CONFIRM_REQUIRED',
  })
})

test('without a terminal nobody is asked: --yes is needed', async () => {
  const input = new PassThrough()
  await expect(confirm({ ...question, yes: false, input })).rejects.toMatchObject({
    code: 'CONFIRM_REQUIRED',
    message: 'The database x_db is removed. Add --yes to do it.',
  })
  await confirm({ ...question, yes: true, input })
})
