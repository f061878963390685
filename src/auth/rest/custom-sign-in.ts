/** The grant `custom`: signing in by a provider that an extension registered. */
import { z } from 'zod';
import { signInWithProvider } from '../domain/custom-provider.ts';
import { optional, readBody } from './body.ts';
import { type Handler, json } from './call.ts';
import { viewSession } from './session-view.ts';

const body = z.object({ provider: optional, credentials: z.unknown() });

export const byCustomProvider: Handler = async (call) => {
  const { provider, credentials } = readBody(call, body);
  return json(
    viewSession(await signInWithProvider(call.auth, { provider, credentials, client: call.client })),
  );
};
