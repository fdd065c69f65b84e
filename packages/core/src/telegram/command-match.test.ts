import { Composer, Context, Telegram } from 'telegraf'
import type { Update, UserFromGetMe } from 'telegraf/types'
import { describe, expect, test } from 'vitest'
import type { CommandEntity } from './command-arguments.js'
import { parseCommand } from './command-match.js'

const me = { id: 1, is_bot: true, first_name: 'Hello', username: 'HelloBot' } as UserFromGetMe

interface Outcome {
  command: string
  payload: string
  args: string[]
}

interface Case {
  name: string
  text: string
  /** Left out: one `bot_command` over the first word. */
  entities?: CommandEntity[]
  /** The text is the caption of a photo. */
  isCaption?: boolean
  kind?: 'message' | 'edited_message' | 'channel_post'
  ours: Outcome | undefined
  /** Where telegraf does otherwise: what it does, and why we do not. */
  telegraf?: { outcome: Outcome | undefined; why: string }
}

const start = (payload = '', args: string[] = payload === '' ? [] : payload.split(' ')): Outcome => ({
  command: 'start',
  payload,
  args,
})
const bot = (length: number, offset = 0): CommandEntity => ({ type: 'bot_command', offset, length })

const whyTrimmed = 'The payload is trimmed, so that it can be compared and looked up as it is.'
const whyWithoutCase =
  'People write /Start, and phones capitalise it for them: names are compared without case.'

// Every row is run through telegraf's own Composer too. A row without `telegraf` says that both do the same.
const cases: Case[] = [
  { name: 'a command alone', text: '/start', ours: start() },
  { name: 'a payload', text: '/start one two', ours: start('one two') },
  { name: 'a deep link', text: '/start ref_AbC-123', ours: start('ref_AbC-123') },
  { name: 'payload after a line feed', text: '/start\none', ours: start('one') },
  { name: 'addressed to this bot', text: '/start@HelloBot', ours: start() },
  { name: 'addressed to this bot in another case', text: '/start@hellobot one', ours: start('one') },
  { name: 'addressed to another bot', text: '/start@OtherBot', ours: undefined },
  { name: 'addressed to a bot whose name begins alike', text: '/start@HelloBot2', ours: undefined },
  { name: 'an @ in the payload', text: '/start me@example.com', ours: start('me@example.com') },
  {
    name: 'a longer command',
    text: '/starting',
    ours: { command: 'starting', payload: '', args: [] },
    telegraf: {
      outcome: undefined,
      why: 'We parse first and look the name up afterwards: the caller knows no such command.',
    },
  },
  { name: 'no command', text: 'start', entities: [], ours: undefined },
  { name: 'an entity that is not there', text: '/start', entities: [], ours: undefined },
  { name: 'a command later in the text', text: 'try /start', entities: [bot(6, 4)], ours: undefined },
  { name: 'two commands', text: '/start /help', entities: [bot(6), bot(5, 7)], ours: start('/help') },
  {
    name: 'another entity first in the text',
    text: '#a /start',
    entities: [{ type: 'hashtag', offset: 0, length: 2 }, bot(6, 3)],
    ours: undefined,
  },
  {
    name: 'words in double quotes',
    text: '/start "one two" three',
    ours: start('"one two" three', ['one two', 'three']),
  },
  {
    name: 'words in single quotes',
    text: "/start 'one two' three",
    ours: start("'one two' three", ['one two', 'three']),
  },
  {
    name: 'a quote in the other quotes',
    text: `/start "it's one" two`,
    ours: start(`"it's one" two`, ["it's one", 'two']),
  },
  { name: 'a quote that never ends', text: '/start "one two', ours: start('"one two', ['one two']) },
  {
    name: 'a quote in the middle of a word',
    text: '/start one"two three"four',
    ours: start('one"two three"four', ['one', 'two three', 'four']),
  },
  { name: 'empty quotes', text: '/start "" one', ours: start('"" one', [' one']) },
  { name: 'a line feed in quotes', text: '/start "one\ntwo"', ours: start('"one\ntwo"', ['one', 'two']) },
  {
    name: 'an escaped space',
    text: '/start one\\ two three',
    ours: start('one\\ two three', ['one two', 'three']),
  },
  { name: 'an escaped quote', text: '/start \\"one two\\"', ours: start('\\"one two\\"', ['"one', 'two"']) },
  { name: 'a backslash at the end', text: '/start one\\', ours: start('one\\', []) },
  { name: 'many spaces between words', text: '/start one    two', ours: start('one    two', ['one', 'two']) },
  { name: 'Cyrillic and emoji', text: '/start Привет 👋🏽 мир', ours: start('Привет 👋🏽 мир') },
  {
    name: 'a mention of several words',
    text: '/start Ann Lee hi',
    entities: [bot(6), { type: 'text_mention', offset: 7, length: 7 }],
    ours: start('Ann Lee hi', ['Ann Lee', 'hi']),
  },
  {
    name: 'a link of several words, later',
    text: '/start x Ann Lee',
    entities: [bot(6), { type: 'text_link', offset: 9, length: 7 }],
    ours: start('x Ann Lee', ['x', 'Ann Lee']),
  },
  {
    name: 'a mention in quotes',
    text: '/start "a Ann Lee b"',
    entities: [bot(6), { type: 'text_mention', offset: 10, length: 7 }],
    ours: start('"a Ann Lee b"', ['a ', 'Ann Lee', 'b']),
  },
  {
    name: 'a mention right after this bot',
    text: '/start@HelloBot Ann Lee',
    entities: [bot(15), { type: 'text_mention', offset: 16, length: 7 }],
    ours: start('Ann Lee', ['Ann Lee']),
  },
  {
    name: 'spaces around the payload',
    text: '/start   one two  ',
    ours: start('one two'),
    telegraf: { outcome: { ...start('one two'), payload: '  one two  ' }, why: whyTrimmed },
  },
  {
    name: 'spaces alone',
    text: '/start   ',
    ours: start(),
    telegraf: { outcome: { ...start(), payload: '  ' }, why: whyTrimmed },
  },
  {
    name: 'an escaped space at the end',
    text: '/start one\\ ',
    ours: start('one\\', ['one ']),
    telegraf: { outcome: { ...start(), payload: 'one\\ ', args: ['one '] }, why: whyTrimmed },
  },
  {
    name: 'a sign right after the command',
    text: '/start,one',
    entities: [bot(6)],
    ours: start(',one', [',one']),
    telegraf: {
      outcome: start('one'),
      why: 'telegraf skips one character after the command, whatever it is; nothing that was written is lost here.',
    },
  },
  {
    name: 'capitals',
    text: '/Start One',
    ours: start('One'),
    telegraf: { outcome: undefined, why: whyWithoutCase },
  },
  {
    name: 'all capitals, addressed',
    text: '/START@HELLOBOT',
    ours: start(),
    telegraf: { outcome: undefined, why: whyWithoutCase },
  },
  {
    name: 'a bold command',
    text: '/start one',
    entities: [{ type: 'bold', offset: 0, length: 10 }, bot(6)],
    ours: start('one'),
    telegraf: {
      outcome: undefined,
      why: 'telegraf looks at the first entity alone; a bold command is a command.',
    },
  },
  {
    name: 'a caption',
    text: '/start one',
    isCaption: true,
    ours: start('one'),
    telegraf: {
      outcome: undefined,
      why: 'A photo with a command under it is a command: captions count as text does.',
    },
  },
  { name: 'a caption for another bot', text: '/start@OtherBot', isCaption: true, ours: undefined },
  {
    name: 'an edited message',
    text: '/start',
    kind: 'edited_message',
    ours: start(),
    telegraf: {
      outcome: undefined,
      why: 'parseCommand takes any message; dispatch asks it for edits only where a plugin declares them.',
    },
  },
  {
    name: 'a channel post',
    text: '/start',
    kind: 'channel_post',
    ours: start(),
    telegraf: {
      outcome: undefined,
      why: 'parseCommand takes any message; dispatch asks it for channel posts only where a plugin declares them.',
    },
  },
]

function messageOf({ text, entities = [bot(text.split(/[\s]/)[0]?.length ?? 0)], isCaption }: Case) {
  return {
    message_id: 1,
    date: 1,
    chat: { id: 1, type: 'private', first_name: 'Ann' },
    from: { id: 1, is_bot: false, first_name: 'Ann' },
    ...(isCaption === true ? { photo: [], caption: text, caption_entities: entities } : { text, entities }),
  }
}

async function throughTelegraf(row: Case): Promise<Outcome | undefined> {
  const update = { update_id: 1, [row.kind ?? 'message']: messageOf(row) } as unknown as Update
  let outcome: Outcome | undefined
  const composer = new Composer()
  composer.command('start', (ctx) => {
    outcome = { command: ctx.command, payload: ctx.payload, args: ctx.args }
  })
  await composer.middleware()(new Context(update, new Telegram('1:x'), me), async () => {})
  return outcome
}

describe.each(cases)('$name: $text', (row) => {
  test('is what the table says', () => {
    expect(parseCommand(messageOf(row), me.username)).toEqual(row.ours)
  })
  test(
    row.telegraf === undefined ? "is telegraf's too" : `differs from telegraf's: ${row.telegraf.why}`,
    async () => {
      const theirs = await throughTelegraf(row)
      expect(theirs).toEqual(row.telegraf === undefined ? row.ours : row.telegraf.outcome)
      if (row.telegraf !== undefined) expect(theirs).not.toEqual(row.ours)
    },
  )
})

test('splits any payload as telegraf does', async () => {
  const pieces = ['a', 'bc', ' ', ' ', '\n', '"', "'", '\\', 'ж', '👋', '@', '/']
  let seed = 7
  const next = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  for (let round = 0; round < 2000; round++) {
    const payload = Array.from({ length: next(12) }, () => pieces[next(pieces.length)]).join('')
    const row = { name: '', text: `/start ${payload}`, ours: undefined, entities: [bot(6)] }
    if (next(3) === 0 && payload.length > 2)
      row.entities.push({ type: 'text_mention', offset: 7 + next(payload.length), length: 1 + next(3) })
    const theirs = await throughTelegraf(row)
    expect(parseCommand(messageOf(row), me.username)).toEqual({ ...theirs, payload: theirs?.payload.trim() })
  }
})

test('takes messages without text, and broken entities', () => {
  expect(parseCommand({}, 'HelloBot')).toBeUndefined()
  expect(parseCommand({ text: '/start' }, 'HelloBot')).toBeUndefined()
  expect(parseCommand({ entities: [bot(6)] }, 'HelloBot')).toBeUndefined()
  expect(parseCommand({ text: '', entities: [bot(0)] }, 'HelloBot')).toBeUndefined()
  expect(parseCommand({ text: '/', entities: [bot(1)] }, 'HelloBot')).toBeUndefined()
  expect(parseCommand({ text: '/@HelloBot', entities: [bot(10)] }, 'HelloBot')).toBeUndefined()
  expect(parseCommand({ text: '/start', entities: [bot(99)] }, 'HelloBot')).toEqual(start())
})
