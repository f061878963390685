/** Supabase's own realtime client over a server under test, with what a test waits for. */
import { type RealtimeChannel, RealtimeClient } from '@supabase/realtime-js';
import { WebSocket } from 'ws';
import { TEST_JWT_SECRET } from './database.ts';
import { signHs256 } from './tokens.ts';

export const VERSIONS = ['1.0.0', '2.0.0'] as const;
export type Version = (typeof VERSIONS)[number];

export interface ClientOptions {
  readonly key: string;
  readonly version?: Version;
  readonly token?: string;
}

export function connectRealtime(
  url: string,
  { key, version = '2.0.0', token }: ClientOptions,
): RealtimeClient {
  const client = new RealtimeClient(`${url.replace(/^http/, 'ws')}/realtime/v1`, {
    params: { apikey: key },
    vsn: version,
    transport: WebSocket as never,
  });
  // It is known at once, and told to the server with the first join.
  if (token !== undefined) void client.setAuth(token);
  return client;
}

/** Resolves when it is joined, rejects with what the server says. */
export async function joined(channel: RealtimeChannel): Promise<RealtimeChannel> {
  await new Promise<void>((resolve, reject) => {
    channel.subscribe((status, error) => {
      if (status === 'SUBSCRIBED') resolve();
      else if (status === 'CHANNEL_ERROR' || status === 'TIMED_OUT') reject(error ?? new Error(status));
    });
  });
  return channel;
}

export function userToken(sub: string, more: Record<string, unknown> = {}): string {
  const claims = { role: 'authenticated', aud: 'authenticated', sub, exp: 4_000_000_000, ...more };
  return signHs256(claims, TEST_JWT_SECRET);
}
