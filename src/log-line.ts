/** A JSON log line made readable: time, severity, sentence, then what else is known. */
import { styleText } from 'node:util';

const NAMES: Record<number, string> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

export function prettyLine(json: string, colour: boolean): string {
  const { level, time, msg, err, ...rest } = JSON.parse(json) as Record<string, unknown>;
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const severity = (NAMES[Number(level)] ?? String(level)).padEnd(5);
  const facts = Object.entries(rest).map(([key, value]) =>
    paint('dim', `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`),
  );
  const style = Number(level) >= 50 ? 'red' : Number(level) >= 40 ? 'yellow' : 'cyan';
  const head = [paint('dim', clock), paint(style, severity), String(msg), ...facts].join(' ');
  const stack = (err as { stack?: unknown } | undefined)?.stack;
  return typeof stack === 'string' ? `${head}\n${stack.replace(/^/gm, '    ')}\n` : `${head}\n`;
}
