/** One operation for a connection that can be answered more than once: queries and mutations by `execute`, subscriptions kept up to date. */
import type { GraphQLError } from 'graphql';
import { boundPin, boundQuery, boundStream } from '../data/run.ts';
import { AppError } from '../errors.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { Observe } from '../observation.ts';
import type { Subscriber } from '../realtime/live-queries/cohort.ts';
import type { LiveQueries } from '../realtime/live-queries/live-queries.ts';
import type { LiveStatement, Prepare, Sink } from '../realtime/live-queries/live-statement.ts';
import type { RowEvents } from '../realtime/row-events/row-events.ts';
import { ChangesSubscription, changesUnavailable } from './changes-subscription.ts';
import type { SchemaEngine } from './engine.ts';
import {
  type Execute,
  type GraphqlRequest,
  NOBODY,
  outcomeText,
  type Requester,
  shownError,
} from './execute.ts';
import { findOperation, operationErrors } from './operation.ts';
import { PlatformSubscription } from './platform-subscription.ts';
import type { RoleSchema } from './role-schema.ts';

/** Where the answers of one operation go. */
export interface OperationSink {
  /** The whole payload as JSON text: `{"data":…}`, with errors where some came while it ran. */
  next(text: string): void;
  /** The operation was refused, or cannot go on: nothing follows. */
  error(errors: readonly GraphQLError[]): void;
  /** Nothing follows. */
  complete(): void;
}

export interface RunningOperation {
  /** Nothing is sent from here on. */
  stop(): void;
  /** Of changes: everything up to here was told. */
  cursor(): string | undefined;
  /** Goes on for the same user, whose claims are others now. */
  renew(requester: Requester): void;
}

export type Operate = (
  request: GraphqlRequest,
  requester: Requester,
  sink: OperationSink,
) => RunningOperation;

export interface OperatorInput {
  readonly engine: SchemaEngine;
  readonly execute: Execute;
  readonly liveQueries: LiveQueries;
  /** For resolvers of the platform's own fields. */
  readonly prisma: PrismaClient;
  /** Undefined where the database cannot tell of changes. */
  readonly rowEvents: RowEvents | undefined;
  readonly observe: Observe;
}

export function createOperator(input: OperatorInput): Operate {
  return (request, requester, sink) => {
    const operation = new Operation(input, request, requester, sink);
    void operation.start();
    return operation;
  };
}

class Operation implements RunningOperation, Sink {
  readonly #input: OperatorInput;
  readonly #request: GraphqlRequest;
  #requester: Requester;
  readonly #sink: OperationSink;
  #subscriber: Subscriber | undefined;
  #changes: ChangesSubscription | undefined;
  #platform: PlatformSubscription | undefined;
  #isOver = false;

  constructor(input: OperatorInput, request: GraphqlRequest, requester: Requester, sink: OperationSink) {
    this.#input = input;
    this.#request = request;
    this.#requester = requester;
    this.#sink = sink;
  }

  async start(): Promise<void> {
    const { engine, execute, liveQueries } = this.#input;
    try {
      const { caller } = this.#requester.callerContext;
      const { roleSchema, operation } = await findOperation(engine, this.#request, caller);
      if (operation.operation.operation === 'subscription') {
        const ready = operation.prepare(this.#request.variables);
        if (ready.kind === 'changes') return await this.#followChanges();
        if (ready.kind === 'platform') return await this.#followPlatform(roleSchema, ready.variables);
        const subscriber = await liveQueries.subscribe(this, this.#prepare(this.#requester));
        if (this.#isOver) liveQueries.unsubscribe(subscriber);
        else this.#subscriber = subscriber;
        return;
      }
      const outcome = await execute(this.#request, this.#requester);
      if (this.#isOver) return;
      this.#isOver = true;
      if (outcome.data === undefined && outcome.errors) return this.#sink.error(outcome.errors);
      this.#sink.next(outcomeText(outcome));
      this.#sink.complete();
    } catch (error) {
      this.error(error);
    }
  }

  next(text: string): void {
    if (!this.#isOver) this.#sink.next(text);
  }

  error(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sink.error(operationErrors(error, this.#requester.requestId, this.#input.observe));
  }

  stop(): void {
    this.#isOver = true;
    if (this.#subscriber) this.#input.liveQueries.unsubscribe(this.#subscriber);
    this.#subscriber = undefined;
    this.#changes?.stop();
    this.#changes = undefined;
    this.#platform?.stop();
    this.#platform = undefined;
  }

  cursor(): string | undefined {
    return this.#changes?.cursor();
  }

  renew(requester: Requester): void {
    this.#requester = requester;
    this.#changes?.restart();
    this.#platform?.renew(requester.callerContext);
    if (!this.#subscriber) return;
    this.#input.liveQueries.renew(this.#subscriber, this.#prepare(requester)).catch((error: unknown) => {
      this.error(error);
      this.stop();
    });
  }

  async #followPlatform(roleSchema: RoleSchema, variables: Readonly<Record<string, unknown>>): Promise<void> {
    const { prisma, observe } = this.#input;
    const { query, operationName } = this.#request;
    const { client = NOBODY, requestId } = this.#requester;
    const shown = (errors: readonly GraphQLError[]) =>
      errors.map((error) => shownError(error, requestId, observe));
    const platform = new PlatformSubscription({
      ...{ schema: roleSchema.schema, operationName, variables },
      document: roleSchema.document(query).document,
      context: { ...this.#requester, client, prisma },
      sink: {
        next: ({ data, errors }) =>
          this.next(outcomeText({ data: JSON.stringify(data ?? null), errors: errors && shown(errors) })),
        refused: (errors) => {
          if (!this.#isOver) this.#sink.error(shown(errors));
          this.#isOver = true;
        },
        complete: () => {
          if (!this.#isOver) this.#sink.complete();
          this.#isOver = true;
        },
      },
    });
    this.#platform = platform;
    if (!this.#isOver) await platform.run();
  }

  async #followChanges(): Promise<void> {
    const { engine, rowEvents } = this.#input;
    if (!rowEvents) throw changesUnavailable();
    const changes = new ChangesSubscription({
      rowEvents,
      sink: this,
      // The schema and the caller as they are when it is asked: both may be others later.
      prepare: async () => {
        const { callerContext: context } = this.#requester;
        const { operation } = await findOperation(engine, this.#request, context.caller);
        const ready = operation.prepare(this.#request.variables);
        if (ready.kind !== 'changes')
          throw new AppError('internal-error', `${ready.kind} in the place of changes`);
        return { ...ready, context };
      },
    });
    this.#changes = changes;
    await changes.start();
    if (this.#isOver) changes.stop();
  }

  #prepare({ callerContext: context }: Requester): Prepare {
    const { engine } = this.#input;
    const request = this.#request;
    return async (): Promise<LiveStatement> => {
      const { operation } = await findOperation(engine, request, context.caller);
      const ready = operation.prepare(request.variables);
      switch (ready.kind) {
        case 'live':
          return {
            context,
            statement: boundQuery(ready.query, ready.variables),
            ...ready.reads,
            pin: ready.pin && boundPin(ready.pin, ready.variables),
          };
        case 'stream':
          return {
            context,
            statement: boundStream(ready.stream, ready.variables),
            position: ready.stream.position,
            ...ready.reads,
          };
        default:
          throw new AppError('internal-error', `a subscription was prepared as a ${ready.kind}`);
      }
    };
  }
}
