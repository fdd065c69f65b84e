/** Migrations that undo themselves, a stop that leaves nothing open, two instances, updates that come twice. */
import { testPlugin } from '@hello/core/testing'
import { test } from 'vitest'
import { myPlugin } from '../src/index.js'

test('keeps what plugins promise', { timeout: 120_000 }, () =>
  testPlugin(myPlugin(), { messages: ['/my_plugin', '/my_plugin'] }),
)
