/**
 * Prints a token for somebody who signed in with this e-mail address. Reads the keys of the server from its standard input:
 *   npm run -s goforward -- keys --json | node examples/music/token.mjs somebody@example.com
 * Plain JavaScript, so that any Node.js runs it.
 */
import { text } from 'node:stream/consumers';
import { SignJWT } from 'jose';

const [, , email] = process.argv;
const { jwtSecret } = JSON.parse(await text(process.stdin));
const token = await new SignJWT({ role: 'authenticated', email })
  .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
  .setAudience('authenticated')
  .setIssuedAt()
  .setExpirationTime('1h')
  .sign(new TextEncoder().encode(jwtSecret));
process.stdout.write(`${token}\n`);
