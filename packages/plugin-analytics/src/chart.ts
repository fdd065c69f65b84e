/** Draws people per period as a picture, without a browser and without a font of the system. What draws is loaded when the first picture is asked for. */
import { createRequire } from 'node:module'
import { escapeHtml } from '@hello/core'
import type { PeopleOfPeriod } from './reports/people.js'

/** What stands in the picture. */
export interface PeopleChart {
  readonly title: string
  readonly periods: readonly PeopleOfPeriod[]
  /** Of each period, below it. */
  readonly labels: readonly string[]
  readonly newLabel: string
  readonly returningLabel: string
}

const width = 960
const height = 480
const area = { left: 64, right: 40, top: 84, bottom: 48 }
const colors = { returning: '#2f6fdd', new: '#f0a030', text: '#1f2933', faint: '#7b8794', line: '#e4e7eb' }
const mostLabels = 12

/** The picture as SVG. */
export async function peopleSvg(chart: PeopleChart): Promise<string> {
  const { scaleBand, scaleLinear } = await import('d3-scale')
  const { title, periods, labels, newLabel, returningLabel } = chart
  const most = Math.max(4, ...periods.map(({ active }) => active))
  const y = scaleLinear([0, most], [height - area.bottom, area.top]).nice(4)
  const x = scaleBand(periods.keys(), [area.left, width - area.right]).padding(0.25)
  const bar = (index: number, from: number, to: number, color: string) =>
    to === from
      ? ''
      : `<rect x="${x(index)}" y="${y(to)}" width="${x.bandwidth()}" height="${y(from) - y(to)}" fill="${color}"/>`
  // Whole people alone.
  const lines = y
    .ticks(4)
    .filter(Number.isInteger)
    .map((value) => lineAt(value, y(value)))
  const bars = periods.map(({ returning, active }, index) => [
    bar(index, 0, returning, colors.returning),
    bar(index, returning, active, colors.new),
  ])
  const step = Math.ceil(periods.length / mostLabels)
  // Counted from the end: the last period is the one that people look for.
  const names = labels.map((label, index) =>
    (labels.length - 1 - index) % step === 0
      ? text(label, (x(index) ?? 0) + x.bandwidth() / 2, height - 18, {
          anchor: 'middle',
          color: colors.faint,
        })
      : '',
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans" font-size="15">
<rect width="${width}" height="${height}" fill="#ffffff"/>
${text(title, area.left, 36, { size: 20, weight: 'bold' })}
${legend(area.left, 62, [
  [returningLabel, colors.returning],
  [newLabel, colors.new],
])}
${[...lines, ...bars.flat(), ...names].join('\n')}
</svg>`
}

/** The picture as PNG, at twice its size, as phones show it. */
export async function peoplePng(chart: PeopleChart): Promise<Buffer> {
  const [{ Resvg }, svg] = await Promise.all([import('@resvg/resvg-js'), peopleSvg(chart)])
  const { resolve } = createRequire(import.meta.url)
  const fontFiles = ['DejaVuSans', 'DejaVuSans-Bold'].map((name) =>
    resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`),
  )
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans' },
  })
  return picture.render().asPng()
}

function lineAt(value: number, at: number): string {
  const line = `<line x1="${area.left}" x2="${width - area.right}" y1="${at}" y2="${at}" stroke="${value === 0 ? colors.faint : colors.line}"/>`
  return line + text(String(value), area.left - 10, at + 5, { anchor: 'end', color: colors.faint })
}

/** DejaVu Sans is about 0.62 of its size wide; nobody notices some pixels between two names. */
function legend(
  left: number,
  at: number,
  entries: readonly (readonly [name: string, color: string])[],
): string {
  let x = left
  return entries
    .map(([name, color]) => {
      const entry = `<rect x="${x}" y="${at - 12}" width="14" height="14" rx="2" fill="${color}"/>${text(name, x + 22, at)}`
      x += 22 + name.length * 9.5 + 28
      return entry
    })
    .join('')
}

interface TextLook {
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly color?: string
  readonly size?: number
  readonly weight?: 'bold' | 'normal'
}

function text(
  shown: string,
  x: number,
  y: number,
  { anchor = 'start', color = colors.text, size = 15, weight = 'normal' }: TextLook = {},
): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${color}" font-size="${size}" font-weight="${weight}">${escapeHtml(shown)}</text>`
}
