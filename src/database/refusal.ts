/**
 * A statement that ends its own transaction: a sentence that cannot be read as a number. So a condition that is only known after the
 * write costs no second round trip.
 */
import { literal, type Sql, sql } from './sql.ts';

const SENTENCE = 'goforward refuses';

/** A number where `holds`, else an error that `refusalOf` understands. `fact` is a number that says more. */
export function refuseUnless<P>(holds: Sql<P>, reason: string, fact: Sql<P>): Sql<P> {
  return sql<P>`(case when ${holds} then '0' else ${literal(`${SENTENCE} ${reason}: `)} || (${fact}) end)::int4`;
}

export interface Refusal {
  readonly reason: string;
  readonly fact: string;
}

/** Which refusal of ours PostgreSQL's message tells of. */
export function refusalOf(message: string): Refusal | undefined {
  const match = /^invalid input syntax for type integer: "goforward refuses ([a-z-]+): (-?\d+)"$/.exec(
    message,
  );
  return match ? { reason: match[1] ?? '', fact: match[2] ?? '' } : undefined;
}
