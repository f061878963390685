/** Numbered table aliases: the same plan always gives the same SQL. */
export class Aliases {
  #count = 0;

  next(): string {
    this.#count += 1;
    return `t${this.#count}`;
  }
}
