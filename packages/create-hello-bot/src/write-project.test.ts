import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeProject } from './write-project.js'

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'write-project-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

// A file cannot stand where a folder has to: the second of these fails.
const impossible = { 'package.json': '{}', 'package.json/src': '' }

test('a fault on the way leaves nothing behind, neither files nor the folders above them', () => {
  const folder = emptyFolder()
  expect(() => writeProject(join(folder, 'a', 'b', 'my-bot'), impossible)).toThrow(/Nothing was left there/)
  expect(readdirSync(folder)).toEqual([])
})

test('a folder that was there stays, and stays empty', () => {
  const folder = emptyFolder()
  expect(() => writeProject(folder, impossible)).toThrow(/cannot be made/)
  expect(readdirSync(folder)).toEqual([])
})
