/** The argument `captchaToken` of mutations that ask for a captcha where the configuration says so: those whose calls over REST do. */
import { type GraphQLArgument, type GraphQLSchema, GraphQLString } from 'graphql';
import { checkCaptcha } from '../../../auth/domain/captcha.ts';
import { invariant } from '../../../errors.ts';
import type { GraphqlContext } from '../../context.ts';
import type { AuthAccess } from './door.ts';

const ASKING = [
  'signUp',
  'signIn',
  'signInAnonymously',
  'signInWithOtp',
  'signInWithIdToken',
  'signInWithProvider',
  'beginPasskeySignIn',
  'resend',
  'resetPassword',
];

const ARGUMENT: GraphQLArgument = {
  name: 'captchaToken',
  description: 'The answer to the captcha, where this server asks for one (`auth.captcha`)',
  type: GraphQLString,
  defaultValue: undefined,
  deprecationReason: undefined,
  extensions: {},
  astNode: undefined,
};

export function askForCaptchas(schema: GraphQLSchema, auth: AuthAccess): GraphQLSchema {
  const fields = schema.getMutationType()?.getFields() ?? {};
  for (const name of ASKING) {
    const field = fields[name];
    const { resolve } = field ?? {};
    // A mutation that was renamed must not lose its captcha in silence.
    invariant(
      field !== undefined && resolve !== undefined,
      `there is no mutation ${name} to ask a captcha of`,
    );
    field.args = [...field.args, ARGUMENT];
    field.resolve = async (parent, { captchaToken, ...args }, context: GraphqlContext, info) => {
      if (context.callerContext.caller.kind !== 'service')
        await checkCaptcha(auth(), captchaToken ?? undefined, context.client);
      return resolve(parent, args, context, info);
    };
  }
  return schema;
}
