/** What processes tell each other of channels. Best effort: nobody waits for it, and what was lost is made good by `onConnected`. */

export type HubHeader = Readonly<Record<string, unknown>> & { readonly kind: string };

export interface HubListener {
  /** Of another process. */
  onMessage(from: string, header: HubHeader, body: Buffer): void;
  /** Messages may have been lost up to now: what others must know is to be told anew. */
  onConnected(): void;
  /** Another process has said nothing for so long that it counts as dead. */
  onGone(process: string): void;
}

export interface Hub {
  listen(listener: HubListener): void;
  send(header: HubHeader, body?: Buffer): void;
  close(): Promise<void>;
}

/** Of a process by itself. */
export const LOCAL_HUB: Hub = {
  listen: () => undefined,
  send: () => undefined,
  close: async () => undefined,
};
