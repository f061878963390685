/** A client that follows all tables, comes back with its cursors whenever it is cut off, and writes down what it was told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { signHs256 } from '../support/tokens.ts';
import type { Claims, OracleTable } from './world.ts';

/** The changes since the cursor were not known any more: what comes next comes from later. */
export const RESET = 'reset';

const ROW = '{ id owner level flag body }';
const RECONNECT_MS = 100;

export class Subscriber {
  readonly claims: Claims;
  readonly logs: ReadonlyMap<OracleTable, string[]>;
  /** How often it had to come back. */
  connections = 0;
  readonly #cursors: Map<OracleTable, string | undefined>;
  readonly #token: string;
  readonly #urlOf: () => string;
  #socket: WebSocket | undefined;
  #isOver = false;

  /** `cursor`: where all begin. */
  constructor(
    claims: Claims,
    tables: readonly OracleTable[],
    { cursor, secret, urlOf }: { cursor: string; secret: string; urlOf: () => string },
  ) {
    this.claims = claims;
    this.#urlOf = urlOf;
    this.logs = new Map(tables.map((table) => [table, []]));
    this.#cursors = new Map(tables.map((table) => [table, cursor]));
    this.#token = signHs256(
      { ...claims, role: 'authenticated', aud: 'authenticated', exp: 4_000_000_000 },
      secret,
    );
  }

  async run(): Promise<void> {
    while (!this.#isOver) {
      await this.#session().catch(() => undefined);
      if (!this.#isOver) await sleep(RECONNECT_MS);
    }
  }

  stop(): void {
    this.#isOver = true;
    this.#socket?.terminate();
  }

  #session(): Promise<void> {
    return new Promise((resolve) => {
      const socket = new WebSocket(`${this.#urlOf().replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
      this.#socket = socket;
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
      socket.on('open', () =>
        socket.send(
          JSON.stringify({ type: 'connection_init', payload: { Authorization: `Bearer ${this.#token}` } }),
        ),
      );
      socket.on('message', (data) => this.#hear(socket, JSON.parse(String(data))));
    });
  }

  #hear(socket: WebSocket, message: { type: string; id?: string; payload?: unknown }): void {
    if (message.type === 'ping') socket.send(JSON.stringify({ type: 'pong' }));
    if (message.type === 'connection_ack') {
      this.connections += 1;
      for (const table of this.logs.keys()) this.#subscribe(socket, table);
    }
    const table = [...this.logs.keys()].find(({ name }) => name === message.id);
    if (!table) return;
    if (message.type === 'next') {
      const { data } = message.payload as { data: Record<string, Record<string, unknown>> };
      const { cursor, ...told } = Object.values(data)[0]!;
      this.#cursors.set(table, String(cursor));
      this.logs.get(table)?.push(JSON.stringify(told));
      return;
    }
    if (message.type !== 'error') return;
    const [error] = message.payload as { extensions: { code: string } }[];
    if (error?.extensions.code === 'resume-expired') {
      this.logs.get(table)?.push(RESET);
      this.#cursors.set(table, undefined);
      this.#subscribe(socket, table);
    } else socket.terminate();
  }

  #subscribe(socket: WebSocket, table: OracleTable): void {
    const query = `subscription($cursor: String) { ${table.name}_changes(cursor: $cursor) { operation old ${ROW} new ${ROW} cursor } }`;
    const variables = { cursor: this.#cursors.get(table) ?? null };
    socket.send(JSON.stringify({ id: table.name, type: 'subscribe', payload: { query, variables } }));
  }
}
