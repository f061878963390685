/** The older subprotocol `graphql-ws` (of subscriptions-transport-ws), which clients of Hasura still speak. */
import type { GraphQLError } from 'graphql';
import { AppError } from '../../errors.ts';
import type { Socket, SocketHandler } from '../../socket.ts';
import { errorsText } from '../execute.ts';
import type { OperationSink } from '../operate.ts';
import { parseMessage, Session, type SessionInput } from './session.ts';

const CLOSE = { unauthorized: 4401, forbidden: 4403, tooManyInitialisations: 4429, internal: 4500 } as const;

interface Message {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly payload?: unknown;
}

export function createLegacy(input: SessionInput): (socket: Socket) => SocketHandler {
  return (socket) => new Legacy(socket, input);
}

class Legacy implements SocketHandler {
  readonly #socket: Socket;
  readonly #session: Session;
  readonly #input: SessionInput;
  /** Settles when it is known who speaks, or that he is refused. */
  #begun: Promise<void> | undefined;

  constructor(socket: Socket, input: SessionInput) {
    this.#socket = socket;
    this.#input = input;
    this.#session = new Session(socket, input);
  }

  get isReady(): boolean {
    return this.#session.isSignedIn;
  }

  keepAlive(): void {
    if (this.isReady) this.#socket.send('{"type":"ka"}');
  }

  resumeCursor(): string | undefined {
    return this.#session.resumeCursor();
  }

  closed(): void {
    this.#session.stopAll();
  }

  message(text: string): void {
    const { type, id, payload } = readMessage(text);
    if (type === 'connection_init') {
      if (this.#begun) this.#socket.close(CLOSE.tooManyInitialisations, 'Too many initialisation requests');
      this.#begun ??= this.#begin(payload);
    } else if (this.#begun && !this.isReady) {
      // Clients of this protocol do not wait for the acknowledgement. Who is refused is gone by then.
      void this.#begun.then(() => this.#follow(type, id, payload));
    } else this.#follow(type, id, payload);
  }

  #follow(type: unknown, id: unknown, payload: unknown): void {
    switch (type) {
      case 'start':
        this.#start(id, payload);
        return;
      case 'stop':
        if (typeof id === 'string') this.#session.stop(id);
        return;
      case 'connection_terminate':
        this.#socket.close(1000, '');
        return;
      default:
        this.#refuse('Invalid message received');
    }
  }

  #start(id: unknown, payload: unknown): void {
    if (!this.isReady) this.#socket.close(CLOSE.unauthorized, 'Unauthorized');
    else if (typeof id !== 'string' || id === '') this.#refuse('"start" needs an id');
    else {
      // Here a new operation takes the place of another with its id.
      this.#session.stop(id);
      this.#session.start(id, payload, new Answers(this.#socket, this.#session, id));
    }
  }

  async #begin(payload: unknown): Promise<void> {
    try {
      await this.#session.signIn(payload);
      this.#socket.send('{"type":"connection_ack"}');
      this.#socket.send('{"type":"ka"}');
    } catch (error) {
      const isRefusal = error instanceof AppError && error.status < 500;
      const message = isRefusal ? error.message : 'Who you are could not be found out: try again';
      if (!(error instanceof AppError)) {
        const { observe } = this.#input;
        observe({ type: 'unexpected-error', requestId: this.#socket.id, error, where: 'connection_init' });
      }
      this.#refuse(message);
      this.#socket.close(isRefusal ? CLOSE.forbidden : CLOSE.internal, message);
    }
  }

  #refuse(message: string): void {
    this.#socket.send(JSON.stringify({ type: 'connection_error', payload: { message } }));
  }
}

function readMessage(text: string): Message {
  try {
    const message = parseMessage(text);
    return typeof message === 'object' && message !== null ? message : {};
  } catch {
    return {};
  }
}

class Answers implements OperationSink {
  readonly #socket: Socket;
  readonly #session: Session;
  readonly #id: string;
  readonly #prefix: string;

  constructor(socket: Socket, session: Session, id: string) {
    this.#socket = socket;
    this.#session = session;
    this.#id = id;
    this.#prefix = `{"id":${JSON.stringify(id)},"type":"data","payload":`;
  }

  next(text: string): void {
    this.#socket.send(`${this.#prefix}${text}}`);
  }

  error(errors: readonly GraphQLError[]): void {
    this.#session.ended(this.#id);
    const id = JSON.stringify(this.#id);
    this.#socket.send(`{"id":${id},"type":"error","payload":{"errors":${errorsText(errors)}}}`);
  }

  complete(): void {
    this.#session.ended(this.#id);
    this.#socket.send(`{"type":"complete","id":${JSON.stringify(this.#id)}}`);
  }
}
