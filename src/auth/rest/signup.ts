/** `POST /signup`. */
import { z } from 'zod';
import { readChallenge } from '../domain/flow.ts';
import { signUp } from '../domain/sign-up.ts';
import { viewUser } from '../domain/user-view.ts';
import { allowAnybody } from './bearer.ts';
import { channel, metadata, optional, pkce, readBody, redirectTo } from './body.ts';
import { type Handler, json } from './call.ts';
import { answerSession } from './session-view.ts';

const body = z.object({
  email: optional,
  phone: optional,
  password: optional,
  data: metadata,
  channel,
  ...pkce,
});

export const signup: Handler = async (call) => {
  allowAnybody(call);
  const { email, phone, password, data, channel, code_challenge, code_challenge_method } = readBody(
    call,
    body,
  );
  const result = await signUp(call.auth, {
    email,
    phone,
    password,
    data,
    channel,
    redirectTo: redirectTo(call),
    challenge: () => readChallenge(code_challenge, code_challenge_method),
    client: call.client,
  });
  return 'session' in result ? answerSession(call, result.session) : json(viewUser(result.user));
};
