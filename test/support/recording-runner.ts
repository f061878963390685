/** A runner that keeps what it sends, so that a test can hold the words of statements against what is said of them. */
import {
  type CallerRequest,
  CallerRunner,
  type CallerStatement,
  type TransactionEnd,
} from '../../src/database/as-caller.ts';
import type { BatchResult } from '../../src/database/batch.ts';
import { touchesOfStatement } from './statement-touches.ts';

export class RecordingRunner extends CallerRunner {
  #sent: CallerStatement[] = [];

  /** Touches of the statements since the last call that nobody said of them: a key with a scope would get past it. */
  async unsaid(): Promise<string[]> {
    const sent = this.#sent;
    this.#sent = [];
    const unsaid = await Promise.all(
      sent.map(async ({ text, touches = [] }) => {
        const said = new Set(touches.map(({ verb, schema, name }) => `${verb} ${schema}.${name}`));
        const actual = (await touchesOfStatement(text)).map(
          ({ verb, schema, name }) => `${verb} ${schema}.${name}`,
        );
        return actual.filter((one) => !said.has(one));
      }),
    );
    return [...new Set(unsaid.flat())];
  }

  override runAll(
    requests: readonly CallerRequest[],
    end: TransactionEnd,
  ): ReturnType<CallerRunner['runAll']> {
    this.#keep(requests);
    return super.runAll(requests, end);
  }

  override transact<T>(
    requests: readonly CallerRequest[],
    end: TransactionEnd,
    accept: (results: BatchResult[]) => T,
  ): Promise<T> {
    this.#keep(requests);
    return super.transact(requests, end, accept);
  }

  override openRows(request: CallerRequest): ReturnType<CallerRunner['openRows']> {
    this.#keep([request]);
    return super.openRows(request);
  }

  #keep(requests: readonly CallerRequest[]): void {
    this.#sent.push(...requests.flatMap(({ statements }) => statements));
  }
}
