/** A password that the server never sees: it is made here, and the server gets what SCRAM checks it by. Pure but for chance. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

/** What the server keeps of a password, computed by the client. */
export interface RolePassword {
  /** 192 random bits as 32 characters of A–Z, a–z, 0–9, - and _: no address and no shell needs to escape them. */
  readonly clear: string
  /** `SCRAM-SHA-256$…`: what ALTER ROLE … PASSWORD takes as it is. The password cannot be computed from it. */
  readonly verifier: string
}

/** Makes a new password. */
export function createRolePassword(): RolePassword {
  const clear = randomBytes(24).toString('base64url')
  return { clear, verifier: scramVerifier(clear, randomBytes(16)) }
}

// What the server itself takes (scram_iterations); a random password needs no more.
const iterations = 4096

/**
 * The verifier of a password of ASCII characters, which SASLprep leaves as they are.
 *
 * Source: RFC 5802, section 3, and RFC 7677; the form is that of PostgreSQL (`pg_authid.rolpassword`).
 */
export function scramVerifier(password: string, salt: Buffer): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const clientKey = createHmac('sha256', salted).update('Client Key').digest()
  const storedKey = createHash('sha256').update(clientKey).digest('base64')
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}
