/** Changes of rows that a joined channel asked for: `postgres_changes`. */
import type { CallerContext } from '../../database/context-statement.ts';
import { AppError } from '../../errors.ts';
import type { FollowedChanges } from '../postgres-changes/follow.ts';
import type { PhoenixChannel } from './channel.ts';

const EXTENSION = 'postgres_changes';

export class ChannelChanges {
  readonly #channel: PhoenixChannel;
  #context: CallerContext | undefined;
  #followed: FollowedChanges | undefined;

  constructor(channel: PhoenixChannel) {
    this.#channel = channel;
  }

  /** As the reply to the join tells them: the number of each, and what was asked for. */
  bindings(): readonly unknown[] {
    return this.#channel.wish.changes.map(({ request }, index) => ({ ...request, id: index + 1 }));
  }

  /** The caller from here on. */
  become(context: CallerContext): void {
    this.#context = context;
    this.#followed?.renew(context);
  }

  start(): void {
    const { wish, input } = this.#channel;
    if (wish.changes.length === 0 || !this.#context) return;
    this.#followed = input.followChanges(wish.changes, this.#context, {
      begun: () => this.#channel.system(EXTENSION, 'ok', 'Subscribed to PostgreSQL'),
      failed: (error) =>
        this.#channel.system(
          EXTENSION,
          'error',
          error instanceof AppError ? error.message : 'Unable to subscribe to changes',
        ),
      deliver: (id, data, event) => {
        const { connection, topic, isOver } = this.#channel;
        if (isOver) return;
        const { serializer } = connection;
        const bytes = event.as(`${serializer.version} ${id} ${topic}`, () =>
          Buffer.from(serializer.write(null, null, topic, EXTENSION, `{"ids":[${id}],"data":${data}}`)),
        );
        connection.frame({ data: bytes, isBinary: false });
      },
    });
  }

  stop(): void {
    this.#followed?.stop();
    this.#followed = undefined;
  }
}
