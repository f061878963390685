/** Sessions: made, refreshed, looked up and ended, each by one statement, so that no two requests can both win. */
import { empty, sql } from '../../database/sql.ts';
import type { Session as SessionRow } from '../../generated/prisma/client.ts';
import { type Connection, camelRow, value } from './database.ts';
import { asUser, USER_COLUMNS, type User } from './users.ts';

/** How a user proved who they are, and when. */
export interface AmrClaim {
  readonly method: string;
  readonly at: Date;
}

/** A session as tokens are made of it. */
export interface Session extends Omit<SessionRow, 'refreshTokenCounter'> {
  /** BigInt in the database, far from the bounds of a number in any session's life. */
  readonly refreshTokenCounter: number;
  readonly amr: readonly AmrClaim[];
}

export interface NewSession {
  readonly userId: string;
  readonly method: string;
  readonly agent: string | undefined;
  readonly ip: string | undefined;
  /** The other sessions of the user end. */
  readonly single: boolean;
  /** Of the password that was right: a session of one that was changed meanwhile is none. */
  readonly passwordHash?: string | undefined;
  readonly oauthClientId?: string | undefined;
  readonly scopes?: string | undefined;
}

const NOT_BARRED = sql`u.deleted_at is null and (u.banned_until is null or u.banned_until <= now())`;

/** Undefined when the user is gone or barred, or has another password by now. With `single`, in a transaction. */
export async function insertSession(connection: Connection, input: NewSession): Promise<Session | undefined> {
  const { userId, method, agent, ip, single, oauthClientId, scopes, passwordHash = null } = input;
  // Whoever signs in at the same moment waits here, and then sees this session among the others.
  if (single)
    await connection.run(sql<unknown>`select 1 from auth.users where id = ${value(userId)} for update`);
  const row = await connection.row<Session>(sql<unknown>`
    with u as (
      update auth.users u set last_sign_in_at = now() where u.id = ${value(userId)} and ${NOT_BARRED}
        and (${value(passwordHash)}::text is null or u.encrypted_password = ${value(passwordHash)}) returning u.id
    ), s as (
      insert into auth.sessions (user_id, user_agent, ip, refreshed_at, oauth_client_id, scopes)
      select u.id, ${value(agent ?? null)}, ${value(ip ?? null)}::inet, null, ${value(oauthClientId ?? null)}, ${value(scopes ?? null)} from u
      returning *
    ), claim as (
      insert into auth.mfa_amr_claims (session_id, authentication_method) select s.id, ${value(method)} from s
    ), others as (
      delete from auth.sessions o using s where o.user_id = s.user_id and ${value(single)}
    )
    select s.*, json_build_array(json_build_object('method', ${value(method)}::text, 'at', s.created_at)) as amr from s`);
  return row && asSession(row);
}

export interface RefreshInput {
  readonly sessionId: string;
  readonly counter: number;
  readonly agent: string | undefined;
  readonly ip: string | undefined;
  readonly reuseSeconds: number;
  /** A spent token may always give its child, however long ago that was. */
  readonly parentAlways: boolean;
  readonly timeboxSeconds: number;
  readonly inactivitySeconds: number;
}

export type RefreshOutcome = 'rotated' | 'repeated' | 'reused' | 'expired' | 'barred';

export interface Refreshed {
  readonly outcome: RefreshOutcome;
  readonly session: Session;
  readonly user: User;
}

const SESSION_JSON = sql`(select row_to_json(x) from (select s.*, (
    select coalesce(json_agg(json_build_object('method', a.authentication_method, 'at', a.updated_at) order by a.updated_at desc, a.id), '[]')
    from auth.mfa_amr_claims a where a.session_id = s.id) as amr) x) as session`;

/**
 * One step of a session: the row is locked, judged and moved on in one statement. A second request with the same token
 * waits for the first, then finds its number spent and gets what the first one got.
 *
 * The commit does not wait for the disk: a crash of PostgreSQL may undo the steps of the last moment. A token that is then ahead of its
 * session can only be one that was issued, so the session goes on from there.
 */
export async function refreshSession(
  connection: Connection,
  input: RefreshInput,
): Promise<Refreshed | undefined> {
  const { sessionId, counter, agent, ip, reuseSeconds, parentAlways, timeboxSeconds, inactivitySeconds } =
    input;
  const row = await connection.row<User & { outcome: RefreshOutcome; session: Record<string, unknown> }>(
    sql<unknown>`
    with quick as materialized (
      select set_config('synchronous_commit', 'off', true)
    ), locked as (
      select s.* from auth.sessions s, quick where s.id = ${value(sessionId)} for update of s
    ), judged as (
      select l.id, l.user_id, case
          when not (${NOT_BARRED}) then 'barred'
          when l.not_after <= now()
            or (${value(timeboxSeconds)}::int > 0 and l.created_at + make_interval(secs => ${value(timeboxSeconds)}) <= now())
            or (${value(inactivitySeconds)}::int > 0 and coalesce(l.refreshed_at, l.created_at) + make_interval(secs => ${value(inactivitySeconds)}) <= now())
            then 'expired'
          when l.refresh_token_counter <= ${value(counter)} then 'rotated'
          when l.refresh_token_counter = ${value(counter)} + 1 and (${value(parentAlways)}
            or l.refreshed_at + make_interval(secs => ${value(reuseSeconds)}) > clock_timestamp()) then 'repeated'
          else 'reused'
        end as outcome
      from locked l join auth.users u on u.id = l.user_id
    ), moved as (
      update auth.sessions s set refresh_token_counter = ${value(counter)}::bigint + 1, refreshed_at = clock_timestamp(),
        user_agent = ${value(agent ?? null)}, ip = ${value(ip ?? null)}::inet, updated_at = now()
      from judged j where s.id = j.id and j.outcome = 'rotated' returning s.*
    ), s as (
      select * from moved union all
      select l.* from locked l where not exists (select from moved)
    )
    select ${USER_COLUMNS}, j.outcome, ${SESSION_JSON}
    from s join judged j on j.id = s.id join auth.users u on u.id = s.user_id`,
  );
  if (row === undefined) return undefined;
  const { outcome, session, ...user } = row;
  return { outcome, session: asSession(camelRow(session, true) as unknown as Session), user: asUser(user) };
}

/** A token of the older form: spent for good, and its session goes on by number. */
export async function takeLegacyToken(
  connection: Connection,
  token: string,
): Promise<{ sessionId: string; counter: number } | undefined> {
  const row = await connection.row<{ sessionId: string; counter: string }>(sql<unknown>`
    with t as (
      update auth.refresh_tokens set revoked = true, updated_at = now()
      where token = ${value(token)} and not coalesce(revoked, false) and session_id is not null returning session_id
    )
    select s.id as session_id, s.refresh_token_counter as counter from t join auth.sessions s on s.id = t.session_id`);
  return row && { sessionId: row.sessionId, counter: Number(row.counter) };
}

/** A session with its user, as it stands. */
export async function findSession(
  connection: Connection,
  sessionId: string,
): Promise<{ session: Session; user: User } | undefined> {
  const row = await connection.row<User & { session: Record<string, unknown> }>(
    sql<unknown>`select ${USER_COLUMNS}, ${SESSION_JSON} from auth.sessions s join auth.users u on u.id = s.user_id
      where s.id = ${value(sessionId)}`,
  );
  if (row === undefined) return undefined;
  const { session, ...user } = row;
  return { session: asSession(camelRow(session, true) as unknown as Session), user: asUser(user) };
}

export interface Elevation {
  readonly sessionId: string;
  readonly userId: string;
  readonly method: string;
  readonly factorId: string | undefined;
  readonly aal: 'aal1' | 'aal2';
}

/** A second proof in a running session: the claim is added, the level set, and older refresh tokens are spent. */
export async function elevateSession(connection: Connection, input: Elevation): Promise<boolean> {
  const { sessionId, userId, method, factorId, aal } = input;
  const touched = await connection.run(sql<unknown>`
    with s as (
      update auth.sessions s set aal = ${value(aal)}, factor_id = ${value(factorId ?? null)}, updated_at = now(),
        refresh_token_counter = s.refresh_token_counter + 1, refreshed_at = clock_timestamp()
      where s.id = ${value(sessionId)} and s.user_id = ${value(userId)} returning s.id
    )
    insert into auth.mfa_amr_claims (session_id, authentication_method) select s.id, ${value(method)} from s
    on conflict (session_id, authentication_method) do update set updated_at = now()`);
  return touched > 0;
}

export type SessionScope = 'global' | 'local' | 'others';

/** Returns the ids of the sessions that ended. */
export async function endSessions(
  connection: Connection,
  userId: string,
  scope: SessionScope,
  sessionId?: string,
): Promise<string[]> {
  const which =
    scope === 'global'
      ? empty
      : scope === 'local'
        ? sql<unknown>`and s.id = ${value(sessionId ?? null)}`
        : sql<unknown>`and s.id is distinct from ${value(sessionId ?? null)}::uuid`;
  const rows = await connection.rows<{ id: string }>(
    sql<unknown>`delete from auth.sessions s where s.user_id = ${value(userId)} ${which} returning s.id`,
  );
  return rows.map(({ id }) => id);
}

/** Of all users where none is named. */
export async function endSessionsOfClient(
  connection: Connection,
  { clientId, userId }: { clientId: string; userId?: string },
): Promise<string[]> {
  const rows = await connection.rows<{ id: string }>(
    sql<unknown>`delete from auth.sessions s where s.oauth_client_id = ${value(clientId)}
      and (${value(userId ?? null)}::uuid is null or s.user_id = ${value(userId ?? null)}::uuid) returning s.id`,
  );
  return rows.map(({ id }) => id);
}

export async function endSession(connection: Connection, sessionId: string): Promise<void> {
  await connection.run(sql<unknown>`delete from auth.sessions where id = ${value(sessionId)}`);
}

export type SessionState = 'alive' | 'session_not_found' | 'user_not_found' | 'user_banned';

/** How several sessions stand, in the order asked. */
export async function readSessionStates(
  connection: Connection,
  sessions: readonly { sessionId: string; userId: string }[],
): Promise<SessionState[]> {
  const rows = await connection.rows<{ state: SessionState }>(sql<unknown>`
    select case
        when u.id is null or u.deleted_at is not null then 'user_not_found'
        when u.banned_until > now() then 'user_banned'
        when s.id is null or s.not_after <= now() then 'session_not_found'
        else 'alive'
      end as state
    from unnest(${value(sessions.map((one) => one.sessionId))}::uuid[], ${value(sessions.map((one) => one.userId))}::uuid[])
      with ordinality as asked (session_id, user_id, position)
    left join auth.users u on u.id = asked.user_id
    left join auth.sessions s on s.id = asked.session_id and s.user_id = asked.user_id
    order by asked.position`);
  return rows.map(({ state }) => state);
}

/** Numbers and moments as the types say, whether they came as a row or as JSON. */
function asSession(row: Session): Session {
  return {
    ...row,
    refreshTokenCounter: Number(row.refreshTokenCounter),
    amr: row.amr.map(({ method, at }) => ({ method, at: new Date(at) })),
  };
}
