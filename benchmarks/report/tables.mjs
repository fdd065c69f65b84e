/** The results as tables of rows and columns, for the terminal and for the page. Pure. */
import { goals, isReached, valueAt } from './goals.mjs'
import { costOf } from './summary.mjs'

/** @typedef {{ title: string, head: string[], rows: string[][] }} Table the first column is text, the others numbers */

/** A table for each way in which the job was brought. @returns {Table[]} */
export function wholeJobTables({ settings }) {
  return settings.map(({ label, peers }) => {
    const [first] = Object.values(peers)
    const rows = Object.values(peers).map(({ label: name, medians: m, spreads: s, disturbed }) => [
      name,
      String(Math.round(m.updatesPerSecond)),
      `±${percent(s.updatesPerSecond / 2)}`,
      factor(m.updatesPerSecond / first.medians.updatesPerSecond),
      String(Math.round(m.cpuMicros)),
      factor(m.cpuMicros / first.medians.cpuMicros),
      whole(m.databaseMicros),
      whole(m.harnessMicros),
      m.p50Ms.toFixed(2),
      m.p99Ms.toFixed(2),
      String(Math.round(m.rssMb)),
      percent(m.foreignShare),
      String(disturbed),
    ])
    const head = [
      'who',
      'updates/s',
      'spread',
      'to the first row',
      'CPU µs/update',
      'to the first row',
      'database µs/update',
      'load µs/update',
      'p50 ms',
      'p99 ms',
      'RSS MB',
      'others',
      'disturbed rounds',
    ]
    return { title: label, head, rows }
  })
}

/** Where every microsecond of an update goes; the last row is the sum of the others. @returns {Table} */
export function layersTable({ cpuMicros, layers }) {
  const row = (name, share) => [name, (share * cpuMicros).toFixed(1), percent(share, 1)]
  const sum = layers.reduce((total, { share }) => total + share, 0)
  return {
    title: 'Where an update spends its CPU time',
    head: ['part', 'µs', 'share'],
    rows: [...layers.map(({ name, share }) => row(name, share)), row('all of it', sum)],
  }
}

/** What the parts cost alone. `inboxShare` is the difference that the inbox makes. @returns {Table} */
export function partsTable({ alone: { dispatch, unit, transport }, cpuMicros }, inboxShare) {
  const row = (name, micros, theirs = '') => [name, micros.toFixed(2), percent(micros / cpuMicros, 1), theirs]
  return {
    title: 'Parts, each alone',
    head: ['part', 'µs', 'of the whole job', 'others'],
    rows: [
      ...dispatch.map(({ commands, hello, telegraf }) =>
        row(
          `context and dispatch, ${commands} ${commands === 1 ? 'command' : 'commands'}`,
          hello,
          `telegraf ${telegraf.toFixed(1)}, ${Math.round(telegraf / hello)} ×`,
        ),
      ),
      row('unit of work with no query, context included', unit.unit),
      row('scope with two services', unit.scope),
      ...(inboxShare === undefined ? [] : [row('inbox', inboxShare * cpuMicros)]),
      row(
        'transport: one sendMessage',
        transport.hello,
        `telegraf ${transport.telegraf.toFixed(1)}, grammY ${transport.grammy.toFixed(1)}`,
      ),
    ],
  }
}

/** What an update costs as the bot grows. @returns {Table[]} */
export function growthTables(growth) {
  return growth.map(({ label, points }) => {
    const [first] = points
    return {
      title: `Growth: ${label}`,
      head: [
        label,
        'updates/s',
        'bot µs/update',
        'database µs/update',
        'load µs/update',
        'both, to the first row',
        'spread',
        'p99 ms',
      ],
      rows: points.map(({ at, medians: m, spreads: s }) => [
        grouped(at),
        String(Math.round(m.updatesPerSecond)),
        String(Math.round(m.cpuMicros)),
        whole(m.databaseMicros),
        whole(m.harnessMicros),
        factor(costOf(m) / costOf(first.medians)),
        `±${percent(s.cpuMicros / 2)}`,
        m.p99Ms.toFixed(2),
      ]),
    }
  })
}

/** Chats in lanes. @returns {Table} */
export function lanesTable({ alone: { lanes } }) {
  return {
    title: 'Growth: chats in lanes',
    head: ['chats', 'µs/update', 'bytes of a waiting lane', 'bytes of an idle lane', 'lanes left when idle'],
    rows: lanes.map((at) => [
      grouped(at.chats),
      at.microsPerItem.toFixed(2),
      String(Math.round(at.bytesPerWaitingLane)),
      at.bytesPerIdleLane.toFixed(1),
      String(at.lanesLeft),
    ]),
  }
}

/** Starts. @returns {Table} */
export function startUpTable(startUp) {
  return {
    title: 'Start to first answer, and memory when idle',
    head: ['who', 'first answer ms', 'spread', 'idle RSS MB'],
    rows: startUp.map(({ label, medians: m, spreads: s }) => [
      label,
      String(Math.round(m.firstAnswerMs)),
      `±${percent(s.firstAnswerMs / 2)}`,
      whole(m.idleRssMb),
    ]),
  }
}

/** The summary against what is to be reached. @returns {Table} */
export function goalsTable(summary) {
  return {
    title: 'What it comes to',
    head: ['figure', 'measured', 'to reach', 'reached'],
    rows: goals.map((goal) => {
      const value = valueAt(summary, goal.path)
      const reached = isReached(goal, value)
      const bound = goal.goal === undefined ? '' : `${goal.isMore ? '≥' : '≤'} ${short(goal.goal)}`
      return [
        goal.label,
        value === null ? 'not measured' : short(value),
        bound,
        reached === undefined ? '' : reached ? 'yes' : 'no',
      ]
    }),
  }
}

/** A table for the terminal. @param {Table} table */
export function toText({ title, head, rows }) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)))
  const line = (row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join('  ')
  return [title, line(head), ...rows.map(line)].join('\n')
}

/** A table for a page. @param {Table} table */
export function toMarkdown({ head, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  )
}

const percent = (share, digits = 0) => (share === undefined ? '?' : `${(share * 100).toFixed(digits)} %`)
const factor = (number) => `${number.toFixed(2)} ×`
const whole = (number) => (number === undefined ? '?' : String(Math.round(number)))
const short = (number) => String(Number(number.toPrecision(3)))
const grouped = (number) => number.toLocaleString('en-US')
