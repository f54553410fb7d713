// Token bucket: how many requests a venue takes from us. Invariant: in any span of t seconds no
// more than `burst + perSecond * t` are let through, so a limit that the venue states is never
// reached.

export interface RateLimit {
  /** Requests that may go out at once. */
  readonly burst: number;
  readonly perSecond: number;
}

export class TokenBucket {
  readonly #limit: RateLimit;
  #tokens: number;
  #atMs: number;

  constructor(limit: RateLimit, nowMs: number) {
    this.#limit = limit;
    this.#tokens = limit.burst;
    this.#atMs = nowMs;
  }

  /** Takes a token if there is one. */
  take(nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#tokens < 1) {
      return false;
    }
    this.#tokens -= 1;
    return true;
  }

  /** Milliseconds until the next token; 0 when there is one. */
  waitMs(nowMs: number): number {
    this.#refill(nowMs);
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#limit.perSecond) * 1_000);
  }

  /** Lets nothing through for so long: the venue said that we were too fast. */
  pause(nowMs: number, forMs: number): void {
    this.#refill(nowMs);
    this.#tokens = Math.min(this.#tokens, 1 - (forMs / 1_000) * this.#limit.perSecond);
  }

  #refill(nowMs: number): void {
    const passedS = Math.max(0, nowMs - this.#atMs) / 1_000;
    this.#atMs = Math.max(this.#atMs, nowMs);
    this.#tokens = Math.min(this.#limit.burst, this.#tokens + passedS * this.#limit.perSecond);
  }
}
