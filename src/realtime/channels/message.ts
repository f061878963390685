/** A broadcast on its way to many: each form that it is sent in is made once, whoever gets it. */

/** JSON as text that was checked, or bytes that nobody looks into. */
export type Body = { readonly json: string } | { readonly bytes: Buffer };

export interface Meta {
  readonly id?: string;
  readonly replayed?: boolean;
}

export class Shared {
  readonly #forms = new Map<string, unknown>();

  /** The form of this name, made by the first who asks for it. */
  as<T>(name: string, make: () => T): T {
    if (this.#forms.has(name)) return this.#forms.get(name) as T;
    const made = make();
    this.#forms.set(name, made);
    return made;
  }
}

export class Message extends Shared {
  readonly event: string;
  readonly body: Body;
  readonly meta: Meta | undefined;

  constructor(event: string, body: Body, meta?: Meta) {
    super();
    this.event = event;
    this.body = body;
    this.meta = meta;
  }
}

export function bodySize(body: Body): number {
  return 'bytes' in body ? body.bytes.length : Buffer.byteLength(body.json);
}
