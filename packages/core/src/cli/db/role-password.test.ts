/** The verifier is what a server makes of the password, so that the password need not be sent. */
import { createHash, createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { createRolePassword, scramVerifier } from './role-password.js'

test('proves the exchange that RFC 7677 gives as its example', () => {
  const verifier = scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'))
  const [, iterations, salt, storedKey = '', serverKey = ''] =
    /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/.exec(verifier) ?? []
  expect([iterations, salt]).toEqual(['4096', 'W22ZaJ0SNY7soEsUEjb6gQ=='])
  const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
  const message = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=${salt},i=4096,c=biws,r=${nonce}`
  const hmac = (key: string) => createHmac('sha256', Buffer.from(key, 'base64')).update(message).digest()
  expect(hmac(serverKey).toString('base64')).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')
  const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64')
  const signature = hmac(storedKey)
  const clientKey = proof.map((byte, index) => byte ^ (signature[index] as number))
  expect(createHash('sha256').update(clientKey).digest('base64')).toBe(storedKey)
})

test('makes a new password each time, of characters that nothing has to escape', () => {
  const made = Array.from({ length: 50 }, createRolePassword)
  expect(new Set(made.map(({ clear }) => clear)).size).toBe(50)
  for (const { clear, verifier } of made) {
    expect(clear).toMatch(/^[A-Za-z0-9_-]{32}$/)
    expect(verifier).not.toContain(clear)
  }
})
