/** What a release makes of changesets, with the configuration of the repository. */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const folders = ['packages', 'examples']

/** A copy of the workspace's manifests, with this changeset and no other. */
function workspaceWith(changeset: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'hello-release-'))
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }))
  for (const path of ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', '.changeset/config.json'])
    cpSync(join(root, path), join(copy, path))
  for (const folder of folders)
    for (const name of readdirSync(join(root, folder)))
      cpSync(join(root, folder, name, 'package.json'), join(copy, folder, name, 'package.json'))
  mkdirSync(join(copy, 'node_modules'))
  symlinkSync(join(root, 'node_modules', '@changesets'), join(copy, 'node_modules', '@changesets'))
  writeFileSync(join(copy, '.changeset', 'change.md'), changeset)
  return copy
}

function versionsAfter(changeset: string): Record<string, string> {
  const copy = workspaceWith(changeset)
  const program = join(root, 'node_modules', '@changesets', 'cli', 'bin.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'version'], {
    cwd: copy,
    encoding: 'utf8',
  })
  expect(status, stdout + stderr).toBe(0)
  return versionsIn(copy)
}

function versionsIn(workspace: string): Record<string, string> {
  const manifests = readdirSync(join(workspace, 'packages')).map((name) =>
    JSON.parse(readFileSync(join(workspace, 'packages', name, 'package.json'), 'utf8')),
  )
  return Object.fromEntries(manifests.map(({ name, version }) => [name, version]))
}

test('a minor of core leaves every plugin as it is: their peer range still has room', () => {
  const before = versionsIn(root)
  const after = versionsAfter("---\n'@hello/core': minor\n---\n\nMore.\n")
  const [major, minor] = (before['@hello/core'] ?? '').split('.')
  expect(after['@hello/core']).toBe(`${major}.${Number(minor) + 1}.0`)
  const plugins = Object.keys(before).filter((name) => name.startsWith('@hello/plugin-'))
  expect(plugins).not.toEqual([])
  for (const name of plugins) expect(after[name], name).toBe(before[name])
})

test('a plugin takes every package of ours as a peer, in a range that a minor stays in', () => {
  for (const folder of readdirSync(join(root, 'packages')).filter((name) => name.startsWith('plugin-'))) {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
    const ours = Object.entries(manifest.peerDependencies).filter(([name]) => name.startsWith('@hello/'))
    expect(Object.fromEntries(ours)).toMatchObject({ '@hello/core': '>=0.1.0 <1' })
    for (const [name, range] of ours) expect(range, `${name} of ${folder}`).toBe('>=0.1.0 <1')
    expect(Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@hello/'))).toEqual([])
  }
})
