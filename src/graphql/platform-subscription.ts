/** One subscriber to a field of the platform's own: its resolver gives what happens, graphql-js the answers. */
import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  subscribe,
} from 'graphql';
import type { CallerContext } from '../database/context-statement.ts';
import type { GraphqlContext } from './context.ts';

export interface PlatformSubscriptionInput {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: GraphqlContext;
  readonly sink: {
    next(answer: ExecutionResult): void;
    refused(errors: readonly GraphQLError[]): void;
    complete(): void;
  };
}

export class PlatformSubscription {
  readonly #input: PlatformSubscriptionInput;
  readonly #renewals = new Set<(context: CallerContext) => void>();
  #answers: AsyncGenerator<ExecutionResult, void, void> | undefined;
  #isOver = false;

  constructor(input: PlatformSubscriptionInput) {
    this.#input = input;
  }

  /** Settles when the subscription has ended; rejects with what ended it. */
  async run(): Promise<void> {
    const { schema, document, operationName, variables, context, sink } = this.#input;
    const answers = await subscribe({
      schema,
      document,
      operationName: operationName ?? null,
      variableValues: variables,
      contextValue: {
        ...context,
        onRenew: (listener: (renewed: CallerContext) => void) => void this.#renewals.add(listener),
      },
    });
    if (!(Symbol.asyncIterator in answers)) return sink.refused(answers.errors ?? []);
    this.#answers = answers;
    if (this.#isOver) return void answers.return();
    for await (const answer of answers) {
      if (this.#isOver) return;
      sink.next(answer);
    }
    if (!this.#isOver) sink.complete();
  }

  renew(context: CallerContext): void {
    for (const listener of this.#renewals) listener(context);
  }

  stop(): void {
    this.#isOver = true;
    void this.#answers?.return();
  }
}
