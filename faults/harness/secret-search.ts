/** Looks for secrets in everything that bots write, however it is cut into pieces. */

/** See the file's purpose. */
export class SecretSearch {
  readonly #secrets = new Set<string>()
  /** How often one was found. */
  hits = 0
  #bytes = 0

  /** How much was looked through. */
  get megabytes(): number {
    return this.#bytes / 2 ** 20
  }

  /** Makes a text one to look for. */
  add(secret: string): void {
    this.#secrets.add(secret)
  }

  /** Gives what takes the pieces of one output. A secret that lies across two of them is found as well. */
  open(): (text: string) => void {
    let rest = ''
    return (text) => {
      this.#bytes += text.length
      const whole = rest + text
      let seen = 0
      for (const secret of this.#secrets) {
        for (let at = whole.indexOf(secret); at >= 0; at = whole.indexOf(secret, at + 1)) {
          this.hits += 1
          // What was found is not found again with the next piece.
          seen = Math.max(seen, at + secret.length)
        }
      }
      rest = whole.slice(Math.max(seen, whole.length - longestSecret))
    }
  }
}

const longestSecret = 128
