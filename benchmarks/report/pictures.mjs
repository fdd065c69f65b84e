/** Draws the results as SVG: bars for the whole job, curves for growth. Pure. */
import { scaleBand, scaleLinear, scaleLog } from 'd3-scale'
import { costOf } from './summary.mjs'

const colors = {
  hello: '#2f6fdd',
  other: '#b8c2cc',
  both: '#f0a030',
  text: '#1f2933',
  faint: '#7b8794',
  line: '#e4e7eb',
}
const width = 960

/** Updates in a second, and CPU time of one, of all peers at one setting. */
export function wholeJobPicture({ label, peers }) {
  const rows = Object.values(peers)
  const height = 90 + rows.length * 34
  const y = scaleBand(rows.keys(), [76, height - 14]).padding(0.3)
  const panels = [
    {
      title: 'updates per second (more is better)',
      left: 280,
      right: 600,
      of: ({ medians }) => medians.updatesPerSecond,
    },
    {
      title: 'CPU µs per update (less is better)',
      left: 630,
      right: 910,
      of: ({ medians }) => medians.cpuMicros,
    },
  ]
  const names = rows.map(({ label: name }, row) =>
    text(name, 268, y(row) + y.bandwidth() - 6, { anchor: 'end' }),
  )
  const bars = panels.map(({ title, left, right, of }) => {
    const x = scaleLinear([0, Math.max(...rows.map(of))], [left, right - 50])
    const drawn = rows.map((row, index) => {
      const color = row.label.startsWith('Hello') ? colors.hello : colors.other
      const bar = `<rect x="${left}" y="${number(y(index))}" width="${number(x(of(row)) - left)}" height="${number(y.bandwidth())}" fill="${color}"/>`
      return (
        bar + text(String(Math.round(of(row))), x(of(row)) + 6, y(index) + y.bandwidth() - 6, { size: 13 })
      )
    })
    return [text(title, left, 62, { color: colors.faint, size: 13 }), ...drawn].join('\n')
  })
  return svg(`The whole job: ${label}`, height, [...names, ...bars])
}

/** The cost of an update as a bot grows: one curve for each thing that grows. */
export function growthPicture(growth, lanes) {
  const panels = [
    ...growth.map(({ label, points }) => ({
      title: label,
      unit: 'µs of CPU per update',
      at: points.map(({ at }) => at),
      lines: [
        { color: colors.hello, values: points.map(({ medians }) => medians.cpuMicros) },
        ...(points.every(({ medians }) => medians.databaseMicros !== undefined)
          ? [{ color: colors.both, values: points.map(({ medians }) => costOf(medians)) }]
          : []),
      ],
    })),
    {
      title: 'chats in lanes',
      unit: 'µs of CPU per update, lanes alone',
      at: lanes.map(({ chats }) => chats),
      lines: [{ color: colors.hello, values: lanes.map(({ microsPerItem }) => microsPerItem) }],
    },
  ]
  const drawn = panels.map((panel, index) =>
    drawPanel(panel, 24 + (index % 2) * 468, 96 + Math.floor(index / 2) * 270),
  )
  const height = 96 + Math.ceil(panels.length / 2) * 270
  return svg('What an update costs as the bot grows', height, [
    mark(24, 60, colors.hello, 'the bot'),
    mark(130, 60, colors.both, 'bot and database'),
    ...drawn,
  ])
}

function drawPanel({ title, unit, at, lines }, left, top) {
  const area = { left: left + 52, right: left + 430, top: top + 34, bottom: top + 210 }
  const x = scaleLog([at[0], at.at(-1)], [area.left, area.right])
  const y = scaleLinear(
    [0, Math.max(...lines.flatMap(({ values }) => values)) * 1.1],
    [area.bottom, area.top],
  ).nice(4)
  const grid = y
    .ticks(4)
    .map(
      (tick) =>
        `<line x1="${area.left}" x2="${area.right}" y1="${number(y(tick))}" y2="${number(y(tick))}" stroke="${tick === 0 ? colors.faint : colors.line}"/>` +
        text(String(tick), area.left - 8, y(tick) + 4, { anchor: 'end', color: colors.faint, size: 12 }),
    )
  const labels = at.map((value) =>
    text(value.toLocaleString('en-US'), x(value), area.bottom + 18, {
      anchor: 'middle',
      color: colors.faint,
      size: 12,
    }),
  )
  const curves = lines.map(({ color, values }) => {
    const points = values.map((value, index) => [number(x(at[index])), number(y(value))])
    const dots = points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="4" fill="${color}"/>`)
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join('')}`
  })
  return [
    text(title, left, top, { weight: 'bold' }),
    text(unit, left, top + 18, { color: colors.faint, size: 12 }),
    ...grid,
    ...labels,
    ...curves,
  ].join('\n')
}

const svg = (
  title,
  height,
  parts,
) => `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="14">
<title>${title}</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${text(title, 24, 32, { size: 20, weight: 'bold' })}
${parts.join('\n')}
</svg>
`

const mark = (x, y, color, name) =>
  `<rect x="${x}" y="${y - 11}" width="12" height="12" rx="2" fill="${color}"/>${text(name, x + 18, y, { size: 13 })}`

const number = (value) => Number(value.toFixed(1))

function text(shown, x, y, { anchor = 'start', color = colors.text, size = 14, weight = 'normal' } = {}) {
  const escaped = shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${number(x)}" y="${number(y)}" text-anchor="${anchor}" fill="${color}" font-size="${size}" font-weight="${weight}">${escaped}</text>`
}
