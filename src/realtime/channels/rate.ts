/** How often something was done in the current window of time. */

export class Rate {
  readonly #most: number;
  readonly #windowMs: number;
  #since = -Infinity;
  #count = 0;

  constructor(most: number, windowMs = 1_000) {
    this.#most = most;
    this.#windowMs = windowMs;
  }

  /** Counts one more; false where that is one too many. */
  take(): boolean {
    const now = performance.now();
    if (now - this.#since >= this.#windowMs) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= this.#most;
  }

  get left(): number {
    return Math.max(0, this.#most - this.#count);
  }
}
