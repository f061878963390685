/** What the bench and the processes that hold its sockets say to each other. */

export interface OpenRequest {
  readonly do: 'open';
  readonly url: string;
  /** Numbers of the users whose sockets these are; that of a user decides his token and his `$id`. */
  readonly from: number;
  readonly count: number;
  /** All sockets are of this user instead. */
  readonly user: number | undefined;
  /** Undefined: nothing is asked for, the sockets only sit there. */
  readonly query: string | undefined;
  /** A first answer is waited for: live queries give one, changes do not. */
  readonly awaitsAnswer: boolean;
  /** Plain sockets of the control: no protocol, no token. */
  readonly bare: boolean;
}

export type FleetRequest =
  | OpenRequest
  /** Forgets what was heard. */
  | { readonly do: 'mark' }
  | { readonly do: 'count' }
  | { readonly do: 'report' }
  /** Hangs up on all at once, without a word. */
  | { readonly do: 'drop' };

/** Since the last mark. */
export interface Heard {
  readonly messages: number;
  readonly failures: readonly string[];
  /** When the first and the last message came, in milliseconds of the epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** From the `at` of a row until it was here. */
  readonly latencies: Float64Array;
  /** By socket: the newest `at` that it has seen, ever. */
  readonly newest: Float64Array;
}

export type Asked = FleetRequest & { readonly number: number };
export interface Answered {
  readonly number: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** The clock that writers and listeners of one machine share. */
export const now = (): number => performance.timeOrigin + performance.now();

export function userId(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}
