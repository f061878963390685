import bcrypt from 'bcrypt';
import { describe, expect, it } from 'vitest';
import { createPasswords } from '../../../src/auth/domain/passwords/passwords.ts';
import { createQueue } from '../../../src/auth/domain/passwords/queue.ts';
import { loadConfig } from '../../../src/config.ts';

const config = {
  ...loadConfig({ env: {}, cwd: '/nonexistent' }).auth.password,
  argon2: { memoryKib: 1024, passes: 1, parallelism: 1 },
};

/** The example of Firebase's own scrypt tool: parameters, salt, and the hash of `user1password`. */
const FIREBASE =
  '$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==';

describe('verifying', () => {
  it('knows argon2id, bcrypt and Firebase scrypt, and wants the last two anew', async () => {
    const passwords = await createPasswords(config);
    const own = await passwords.hash('user1password');
    expect(await passwords.verify(own, 'user1password')).toEqual({ matches: true, outdated: false });
    expect(await passwords.verify(FIREBASE, 'user1password')).toEqual({ matches: true, outdated: true });
    expect(await passwords.verify(FIREBASE, 'user2password')).toMatchObject({ matches: false });
    const old = await bcrypt.hash('user1password', 4);
    expect(await passwords.verify(old, 'user1password')).toEqual({ matches: true, outdated: true });
    expect(await passwords.verify(old.replace('$2b$', '$2y$'), 'user1password')).toMatchObject({
      matches: true,
    });
  });

  it('wants hashes of weaker parameters anew', async () => {
    const weak = await createPasswords(config);
    const strong = await createPasswords({ ...config, argon2: { ...config.argon2, memoryKib: 2048 } });
    expect(await strong.verify(await weak.hash('a password'), 'a password')).toEqual({
      matches: true,
      outdated: true,
    });
  });

  it('never cuts: what bcrypt would not look at does not match', async () => {
    const passwords = await createPasswords(config);
    const long = 'x'.repeat(72);
    const hash = await bcrypt.hash(long, 4);
    expect(await passwords.verify(hash, long)).toMatchObject({ matches: true });
    expect(await passwords.verify(hash, `${long}y`)).toMatchObject({ matches: false });
    const own = await passwords.hash(`${long}y`);
    expect(await passwords.verify(own, `${long}z`)).toMatchObject({ matches: false });
  });

  it('refuses what is no hash, and what would cost too much', async () => {
    const passwords = await createPasswords(config);
    for (const hash of ['', null, undefined, '!locked', 'plain text', `$2b$31$${'a'.repeat(53)}`])
      expect(await passwords.verify(hash, 'plain text')).toMatchObject({ matches: false });
    for (const hash of [
      'plain',
      '$argon2id$v=19$m=99999999,t=1,p=1$c2FsdHNhbHQ$aGFzaA',
      `$2b$31$${'a'.repeat(53)}`,
    ])
      expect(() => passwords.acceptHash(hash)).toThrow('must be a bcrypt, argon2 or Firebase scrypt hash');
  });
});

describe('the policy', () => {
  it('counts characters, not bytes, and says the length', async () => {
    const passwords = await createPasswords(config);
    expect(() => passwords.check('šěčřžýá')).toThrow('Password should be at least 8 characters.');
    expect(() => passwords.check('šěčřžýáí')).not.toThrow();
    expect(() => passwords.check('😀'.repeat(8))).not.toThrow();
  });

  it('takes at least 64 characters, and refuses beyond its bound instead of cutting', async () => {
    const passwords = await createPasswords(config);
    expect(() => passwords.check('a'.repeat(1024))).not.toThrow();
    expect(() => passwords.check('a'.repeat(1025))).toThrow('cannot be longer');
    const supabase = loadConfig({ env: { GOFORWARD_AUTH_PROFILE: 'supabase' }, cwd: '/nonexistent' }).auth;
    const compatible = await createPasswords(supabase.password);
    expect(() => compatible.check('sixsix')).not.toThrow();
    expect(() => compatible.check('a'.repeat(73))).toThrow('cannot be longer than 72');
  });
});

describe('the queue', () => {
  it('runs so many at once, lets so many wait, refuses the rest', async () => {
    const queue = createQueue({ concurrency: 2, waiting: 3 });
    let running = 0;
    let most = 0;
    const work = () =>
      queue(async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        return 'done';
      });
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, work));
    expect(most).toBe(2);
    expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(5);
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refused.map((error) => [error.code, error.status])).toEqual(
      Array.from({ length: 3 }, () => ['over_password_hash_limit', 429]),
    );
    expect(await work()).toBe('done');
  });

  it('goes on after a failure', async () => {
    const queue = createQueue({ concurrency: 1, waiting: 1 });
    await expect(queue(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await queue(async () => 1)).toBe(1);
  });
});
