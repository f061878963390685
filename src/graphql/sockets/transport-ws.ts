/**
 * The protocol `graphql-transport-ws`, by the library graphql-ws: it reads messages, keeps the order of things and the codes of closing.
 * Answers go past it: what it gets to iterate over only ends, and the text of an answer is sent to the socket as it is.
 */
import { type DocumentNode, type GraphQLError, type GraphQLSchema, Kind, OperationTypeNode } from 'graphql';
import { CloseCode, type Context, makeServer, type WebSocket } from 'graphql-ws';
import { AppError } from '../../errors.ts';
import type { Socket, SocketHandler } from '../../socket.ts';
import { errorsText } from '../execute.ts';
import type { OperationSink } from '../operate.ts';
import { parseMessage, Session, type SessionInput } from './session.ts';

interface Extra {
  readonly session: Session;
}

type Payload = Record<string, unknown> | undefined;

/** The library looks at the document for the kind of operation only; each is answered as a subscription is. */
const ANY_OPERATION: DocumentNode = {
  kind: Kind.DOCUMENT,
  definitions: [
    {
      kind: Kind.OPERATION_DEFINITION,
      operation: OperationTypeNode.SUBSCRIPTION,
      selectionSet: { kind: Kind.SELECTION_SET, selections: [] },
    },
  ],
};

export function createTransportWs(input: SessionInput): (socket: Socket) => SocketHandler {
  const { observe } = input;
  const server = makeServer<Payload, Extra>({
    // The gateway looks after those that say nothing.
    connectionInitWaitTimeout: 0,
    async onConnect({ extra: { session }, connectionParams }) {
      await admitted(session, () => session.signIn(connectionParams));
      return session.isSignedIn;
    },
    onSubscribe: (context, id, payload) => ({
      schema: undefined as unknown as GraphQLSchema,
      document: ANY_OPERATION,
      contextValue: { context, id, payload },
    }),
    subscribe: ({ contextValue }) => {
      const { context, id, payload } = contextValue as Subscription;
      const answers = new Answers(context, id);
      context.extra.session.start(id, payload, answers);
      return answers;
    },
  });

  /** Runs it; who is refused is told why by the closing of the socket. */
  async function admitted(session: Session, signIn: () => Promise<unknown>): Promise<boolean> {
    try {
      await signIn();
      return true;
    } catch (error) {
      if (error instanceof AppError && error.status < 500)
        session.socket.close(CloseCode.Forbidden, error.message);
      else {
        if (!(error instanceof AppError))
          observe({
            type: 'unexpected-error',
            requestId: session.socket.id,
            error,
            where: 'connection_init',
          });
        session.socket.close(CloseCode.InternalServerError, 'Who you are could not be found out: try again');
      }
      return false;
    }
  }

  return (socket) => {
    const session = new Session(socket, input);
    let read: ((message: string) => Promise<void>) | undefined;
    const adapter: WebSocket = {
      protocol: socket.protocol,
      send: (text) => socket.send(text),
      close: (code = 1000, reason = '') => socket.close(code, reason),
      onMessage: (callback) => {
        read = callback;
      },
      async onPing(payload) {
        let isRenewed = false;
        const isFine = await admitted(session, async () => {
          isRenewed = await session.renew(payload);
        });
        // A token is not sent back.
        if (isFine)
          socket.send(JSON.stringify({ type: 'pong', ...(isRenewed || !payload ? {} : { payload }) }));
      },
    };
    const closed = server.opened(adapter, { session });
    return {
      get isReady() {
        return session.isSignedIn;
      },
      message(text) {
        read?.(parsed(text) as string).catch((error: unknown) => {
          observe({ type: 'unexpected-error', requestId: socket.id, error, where: 'a message of a socket' });
          socket.close(CloseCode.InternalServerError, 'Something went wrong on our side');
        });
      },
      resumeCursor: () => session.resumeCursor(),
      closed() {
        session.stopAll();
        void closed();
      },
    };
  };
}

/** The library takes a message that is parsed already; what is no JSON it refuses by itself. */
function parsed(text: string): unknown {
  try {
    return parseMessage(text) ?? text;
  } catch {
    return text;
  }
}

interface Subscription {
  readonly context: Context<Payload, Extra>;
  readonly id: string;
  readonly payload: unknown;
}

const DONE = { done: true, value: undefined } as const;
type Done = Promise<IteratorReturnResult<undefined>>;

/** The answers of one operation: written to the socket as they come, to the library an iteration that only ends. */
class Answers implements OperationSink, AsyncGenerator<never, undefined> {
  readonly #context: Context<Payload, Extra>;
  readonly #id: string;
  readonly #prefix: string;
  #end: (() => void) | undefined;
  #isOver = false;

  constructor(context: Context<Payload, Extra>, id: string) {
    this.#context = context;
    this.#id = id;
    this.#prefix = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  }

  next(text?: unknown): Done {
    // Of the library there is no text, and it asks once.
    if (typeof text === 'string') this.#session.socket.send(`${this.#prefix}${text}}`);
    else if (!this.#isOver)
      return new Promise((resolve) => {
        this.#end = () => resolve(DONE);
      });
    return Promise.resolve(DONE);
  }

  error(errors: readonly GraphQLError[]): void {
    const id = JSON.stringify(this.#id);
    this.#session.socket.send(`{"id":${id},"type":"error","payload":${errorsText(errors)}}`);
    // The library says `complete` of those it knows, and nothing follows an error.
    delete (this.#context.subscriptions as Record<string, unknown>)[this.#id];
    this.complete();
  }

  complete(): void {
    this.#isOver = true;
    this.#session.ended(this.#id);
    this.#end?.();
  }

  /** The client wants no more, or has gone. */
  return(): Done {
    this.#session.stop(this.#id);
    this.complete();
    return Promise.resolve(DONE);
  }

  throw(): Done {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  get #session(): Session {
    return this.#context.extra.session;
  }
}
