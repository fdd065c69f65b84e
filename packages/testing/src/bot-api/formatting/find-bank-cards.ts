/** Finds numbers of bank cards in plain text: 13 to 19 digits that pass Luhn's check. Pure. Source: tdlib MessageEntity.cpp. */
import type { MessageEntity } from '../objects.js'

const before = /[.,+_\p{L}-]$/u
const behind = /^[-_\p{L}]/u

/** The numbers as `bank_card_number`. */
export function findBankCards(text: string): MessageEntity[] {
  const found: MessageEntity[] = []
  for (const { index: offset, 0: run } of text.matchAll(/\d[\d -]{12,}/g)) {
    // What follows a letter or a sign belongs to it, up to the end of the run.
    if (before.test(text.slice(Math.max(0, offset - 2), offset))) continue
    found.push(...findInRun(text, offset, offset + run.length))
  }
  return found
}

/** A run of digits, blanks and hyphens holds one number, unless unbroken ones stand side by side. */
function findInRun(text: string, from: number, until: number): MessageEntity[] {
  const found: MessageEntity[] = []
  let begin = from
  while (begin < until) {
    const unbroken = /^\d{16,19}(?= )/.exec(text.slice(begin, until))?.[0]
    const end = unbroken ? begin + unbroken.length : until
    const number = text.slice(begin, end).replace(/\D+$/, '')
    if (isCard(number) && !behind.test(text.slice(begin + number.length))) {
      found.push({ type: 'bank_card_number', offset: begin, length: number.length })
    }
    const next = text.slice(end, until).search(/\d/)
    if (next < 0) break
    begin = end + next
  }
  return found
}

function isCard(text: string): boolean {
  const digits = text.replace(/\D/g, '')
  const { length } = digits
  return length >= 13 && length <= 19 && text.length < 2 * length && passesLuhn(digits) && fitsIssuer(digits)
}

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index])
    sum += index % 2 === 0 ? digit : digit < 5 ? 2 * digit : 2 * digit - 9
  }
  return sum % 10 === 0
}

/** The issuers whose numbers have a certain length; of others any length passes. */
function fitsIssuer(digits: string): boolean {
  const { length } = digits
  const two = Number(digits.slice(0, 2))
  const four = Number(digits.slice(0, 4))
  if (digits.startsWith('4')) return [13, 16, 18, 19].includes(length)
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return length === 16
  if (two === 34 || two === 37) return length === 15
  if (two === 62 || two === 81) return length >= 16
  return four < 2200 || four > 2204 || length === 16
}
