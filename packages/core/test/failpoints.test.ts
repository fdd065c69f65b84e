/** The moments at which a test build can die are in the sources, and not in what is published. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const pathOf = (folder: string) => fileURLToPath(new URL(`../${folder}`, import.meta.url))

async function textsOf(folder: string, suffix: string): Promise<Map<string, string>> {
  const names = await readdir(folder, { recursive: true })
  const wanted = names.filter((name) => name.endsWith(suffix))
  return new Map(
    await Promise.all(
      wanted.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
    ),
  )
}

test('stand in the sources, each of them once or more, and nowhere in the published build', async () => {
  const sources = await textsOf(pathOf('src'), '.ts')
  const declared = [...(sources.get('failpoint.ts') as string).matchAll(/^ {2}\| '([a-z-]+)'$/gm)]
  const names = declared.map(([, name]) => name as string)
  expect(names).toEqual(['after-inbox-row', 'before-begin', 'before-commit', 'after-commit', 'after-send'])
  const code = [...sources.values()].join('\n')
  for (const name of names) expect(code).toContain(`FAILPOINT: failpoint('${name}')`)
  // A call without the label would stay.
  expect(code.replaceAll(/FAILPOINT: failpoint\(/g, '')).not.toMatch(/\bfailpoint\('/)

  // `npm test` builds before it tests.
  const built = await textsOf(pathOf('dist'), '.js')
  expect(built.size).toBeGreaterThan(1)
  for (const [file, text] of built) {
    for (const word of [
      'FAILPOINT',
      'hello:failpoint',
      ...names.map((name) => `failpoint("${name}")`),
      ...names.map((name) => `failpoint('${name}')`),
    ])
      expect(text.includes(word), `${file} contains ${word}`).toBe(false)
  }
})
