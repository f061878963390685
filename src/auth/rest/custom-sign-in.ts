/** The grant `custom`: signing in by a provider that an extension registered. */
import { z } from 'zod';
import { signInWithProvider } from '../domain/custom-provider.ts';
import { optional, readBody } from './body.ts';
import type { Handler } from './call.ts';
import { answerSession } from './session-view.ts';

const body = z.object({ provider: optional, credentials: z.unknown() });

export const byCustomProvider: Handler = async (call) => {
  const { provider, credentials } = readBody(call, body);
  return answerSession(
    call,
    await signInWithProvider(call.auth, { provider, credentials, client: call.client }),
  );
};
