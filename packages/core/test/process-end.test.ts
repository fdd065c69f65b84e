import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'
import { createUnitDatabase } from './support/unit-database.js'

test('lets the process end once the database is closed', async () => {
  await using target = await createUnitDatabase(inject('postgresUrl'))
  const script = fileURLToPath(new URL('support/open-and-close.ts', import.meta.url))
  const ended = promisify(execFile)(process.execPath, ['--import', 'tsx', script, target.url], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    timeout: 60_000,
  })
  await expect(ended).resolves.toMatchObject({ stdout: '', stderr: '' })
})
