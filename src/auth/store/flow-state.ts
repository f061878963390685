/** Sign-ins under way that end with a code, which only the one who began can exchange (PKCE). */
import { sql } from '../../database/sql.ts';
import type { FlowState } from '../../generated/prisma/client.ts';
import { type Connection, value } from './database.ts';

export type { FlowState };

export interface NewFlow {
  readonly userId?: string | undefined;
  readonly providerType: string;
  readonly authenticationMethod: string;
  readonly codeChallenge?: string | undefined;
  readonly codeChallengeMethod?: 's256' | 'plain' | undefined;
  readonly redirectTo?: string | undefined;
  readonly nonce?: string | undefined;
  readonly codeVerifier?: string | undefined;
  readonly linkingTargetId?: string | undefined;
}

export async function insertFlow(connection: Connection, flow: NewFlow): Promise<string> {
  const row = await connection.row<{ id: string }>(sql<unknown>`
    insert into auth.flow_state (user_id, provider_type, authentication_method, code_challenge, code_challenge_method,
      redirect_to, nonce, code_verifier, linking_target_id)
    values (${value(flow.userId ?? null)}, ${value(flow.providerType)}, ${value(flow.authenticationMethod)},
      ${value(flow.codeChallenge ?? null)}, ${value(flow.codeChallengeMethod ?? null)}, ${value(flow.redirectTo ?? null)},
      ${value(flow.nonce ?? null)}, ${value(flow.codeVerifier ?? null)}, ${value(flow.linkingTargetId ?? null)}) returning id`);
  return row?.id ?? '';
}

/** What came back from a provider: once. */
export function takeFlow(
  connection: Connection,
  id: string,
  maxAgeSeconds: number,
): Promise<FlowState | undefined> {
  return connection.row<FlowState>(sql<unknown>`
    delete from auth.flow_state f where f.id = ${value(id)} and f.auth_code is null
      and f.created_at > now() - make_interval(secs => ${value(maxAgeSeconds)}) returning f.*`);
}

/** The user has proved who they are; whoever began may now fetch the session with the code. */
export async function setFlowCode(
  connection: Connection,
  input: {
    id: string;
    userId: string;
    authCodeHash: string;
    providerAccessToken?: string | undefined;
    providerRefreshToken?: string | undefined;
  },
): Promise<boolean> {
  const touched = await connection.run(sql<unknown>`
    update auth.flow_state set user_id = ${value(input.userId)}, auth_code = ${value(input.authCodeHash)}, auth_code_issued_at = now(),
      provider_access_token = ${value(input.providerAccessToken ?? null)},
      provider_refresh_token = ${value(input.providerRefreshToken ?? null)}, updated_at = now()
    where id = ${value(input.id)} and auth_code is null`);
  return touched > 0;
}

/** Locked until the transaction ends: a second exchange waits, and then finds nothing. */
export function lockFlowByCode(connection: Connection, authCodeHash: string): Promise<FlowState | undefined> {
  return connection.row<FlowState>(
    sql<unknown>`select f.* from auth.flow_state f where f.auth_code = ${value(authCodeHash)} for update`,
  );
}

export async function deleteFlow(connection: Connection, id: string): Promise<void> {
  await connection.run(sql<unknown>`delete from auth.flow_state where id = ${value(id)}`);
}

export async function removeOldFlows(connection: Connection): Promise<void> {
  await connection.run(
    sql<unknown>`with tokens as (delete from auth.one_time_tokens where expires_at < now() - interval '1 day')
      delete from auth.flow_state where created_at < now() - interval '1 day'`,
  );
}
