// Log: structured lines on stderr, pretty for people or JSON for machines; stdout belongs to the
// banner.
import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { ExchangeOptions } from './options.ts';

export const createLog = ({ logLevel, logFormat }: ExchangeOptions): Logger => {
  const options = { level: logLevel, base: null };
  const stderr = pino.destination({ dest: 2, sync: true });
  if (logFormat === 'json') return pino(options, stderr);
  const form = { colorize: process.stderr.isTTY === true, translateTime: 'SYS:HH:MM:ss.l' };
  return pino(options, pretty({ ...form, ignore: 'pid,hostname', destination: 2, sync: true }));
};
