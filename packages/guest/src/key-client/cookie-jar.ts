const MAX_COOKIES = 16
const MAX_COOKIE_BYTES = 8192

/** The cookies of one broker. Attributes are not looked at: everything goes back to the one address it came from. */
export class CookieJar {
  readonly #cookies = new Map<string, string>()

  /** Takes the cookies of a response; too many or too large ones are left out. */
  store(setCookies: readonly string[]): void {
    for (const line of setCookies) {
      const [pair = ''] = line.split(';', 1)
      const split = pair.indexOf('=')
      if (split < 1 || pair.length > MAX_COOKIE_BYTES) continue
      const name = pair.slice(0, split).trim()
      if (this.#cookies.size < MAX_COOKIES || this.#cookies.has(name))
        this.#cookies.set(name, pair.slice(split + 1).trim())
    }
  }

  /** Headers to send with a request. */
  toHeaders(): Record<string, string> {
    if (this.#cookies.size === 0) return {}
    return { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
  }
}
