/** The running server with the auth client that applications use, and what it sent in the development outbox. */
import { AuthClient, GoTrueAdminApi } from '@supabase/auth-js';
import { startApp, type TestApp } from './app.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

export const PASSWORD = 'correct horse battery';

export interface SentMessage {
  readonly id: number;
  readonly channel: string;
  readonly kind: string;
  readonly to: string;
  readonly subject?: string;
  readonly text: string;
  readonly html?: string;
}

export interface AuthServer {
  readonly app: TestApp;
  readonly database: TestDatabase;
  readonly url: string;
  /** A client of its own: nothing is kept between two of them. */
  client(flowType?: 'implicit' | 'pkce'): InstanceType<typeof AuthClient>;
  readonly admin: GoTrueAdminApi;
  /** The newest message to this address; waits for it. */
  sent(to: string, kind?: string): Promise<SentMessage>;
  outbox(): Promise<SentMessage[]>;
  request(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

export async function startAuth(env: Record<string, string> = {}, cwd?: string): Promise<AuthServer> {
  const database = await createTestDatabase();
  const app = await startApp(
    database,
    {
      GOFORWARD_AUTH_EMAIL_MAX_FREQUENCY_SECONDS: '0',
      GOFORWARD_AUTH_PHONE_MAX_FREQUENCY_SECONDS: '0',
      GOFORWARD_AUTH_LIMITS_ENABLED: 'false',
      ...env,
    },
    cwd,
  ).catch(async (error: unknown) => {
    await database.drop();
    throw error;
  });
  const url = `${app.url}/auth/v1`;
  const headersOf = (key: string) => ({ apikey: key, Authorization: `Bearer ${key}` });
  const outbox = async () => {
    const response = await fetch(`${url}/dev/outbox`, { headers: headersOf(app.keys.service) });
    return ((await response.json()) as { messages: SentMessage[] }).messages;
  };
  return {
    app,
    database,
    url,
    client: (flowType = 'implicit') => {
      const items = new Map<string, string>();
      return new AuthClient({
        url,
        headers: headersOf(app.keys.anon),
        autoRefreshToken: false,
        persistSession: true,
        detectSessionInUrl: false,
        storageKey: `test-${Math.random()}`,
        storage: {
          getItem: (name) => items.get(name) ?? null,
          setItem: (name, item) => void items.set(name, item),
          removeItem: (name) => void items.delete(name),
        },
        flowType,
      });
    },
    admin: new GoTrueAdminApi({ url, headers: headersOf(app.keys.service) }),
    outbox,
    sent: async (to, kind) => {
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const found = (await outbox()).find(
          (message) => message.to === to && (kind === undefined || message.kind === kind),
        );
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`nothing was sent to ${to}`);
    },
    request: (path, init = {}) =>
      fetch(`${url}${path}`, {
        redirect: 'manual',
        ...init,
        headers: { apikey: app.keys.anon, 'content-type': 'application/json', ...init.headers },
      }),
    close: async () => {
      await app.stop();
      await database.drop();
    },
  };
}

/** The address in a message. */
export function linkOf(message: SentMessage): string {
  const link = /https?:\/\/\S+\/verify\?\S+/.exec(message.text)?.[0];
  if (link === undefined) throw new Error(`no link in: ${message.text}`);
  return link;
}

/** The code in a message. */
export function codeOf(message: SentMessage): string {
  const code = /code[^\d]*(\d{6,10})\b/i.exec(message.text)?.[1];
  if (code === undefined) throw new Error(`no code in: ${message.text}`);
  return code;
}
