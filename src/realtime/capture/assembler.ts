/** Messages of the plugin → batches: keeps descriptions of relations at hand, and knows how far what was handed out reaches. */
import { type Batch, BatchWriter } from '../changes/batch.ts';
import { readBegin, readCommitEnd, readTruncate, relationOidOf, TAG } from '../changes/pgoutput.ts';

export interface Assembled {
  /** Undefined: transactions in which nothing changed that is published. */
  readonly batch: Batch | undefined;
  /** Where the last transaction ends that is complete in it or before it. */
  readonly end: bigint;
}

export class Assembler {
  readonly #writer = new BatchWriter();
  readonly #descriptions = new Map<number, Buffer>();
  #inTransaction = false;
  #end = 0n;
  #taken = 0n;

  /** Nothing has been begun that is not complete. */
  get isBetweenTransactions(): boolean {
    return !this.#inTransaction;
  }

  /** In bytes, of what was not taken yet. */
  get size(): number {
    return this.#writer.size;
  }

  /** What is complete; undefined where nothing new is, or only the beginning of something. */
  take(): Assembled | undefined {
    const batch = this.#writer.take();
    if (this.#writer.size > 0 || (!batch && this.#end === this.#taken)) return undefined;
    this.#taken = this.#end;
    return { batch, end: this.#end };
  }

  /** The message is copied. */
  add(message: Buffer): void {
    switch (message[0]) {
      case TAG.begin:
        this.#inTransaction = true;
        this.#writer.begin(readBegin(message));
        return;
      case TAG.commit:
        this.#inTransaction = false;
        this.#writer.commit();
        this.#end = readCommitEnd(message);
        return;
      case TAG.relation:
        this.#describe(message);
        return;
      case TAG.insert:
      case TAG.update:
      case TAG.delete:
        this.#change(message, [relationOidOf(message)]);
        return;
      case TAG.truncate:
        this.#change(message, readTruncate(message).relationOids);
        return;
      default:
      // Types, origins and messages of applications say nothing about rows.
    }
  }

  /** Sent anew with every connection: the same words are the same description. */
  #describe(message: Buffer): void {
    const oid = relationOidOf(message);
    if (this.#descriptions.get(oid)?.equals(message)) return;
    this.#descriptions.set(oid, Buffer.from(message));
  }

  #change(message: Buffer, oids: readonly number[]): void {
    const described = oids.flatMap((oid) => {
      const description = this.#descriptions.get(oid);
      return description ? [[oid, description] as const] : [];
    });
    this.#writer.change(message, described);
  }
}
