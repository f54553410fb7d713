// The exchange as its operator meets it: start, restart, kill, refuse, back up; as a child process
// each time.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { otherEngines } from '../../../scripts/other-engines.ts';
import { askControl } from './control-socket.ts';
import {
  type ExchangeProcess,
  ended,
  eventually,
  killStarted,
  startExchange,
  temporaryFolder,
} from './testing/exchange-process.ts';

const mainPath = fileURLToPath(new URL('./main.ts', import.meta.url));
const verifyPath = fileURLToPath(new URL('./verify-journal.ts', import.meta.url));
/** A small venue: one family, no simulated participants. */
const small = ['--families', 'BTC_USDC', '--makers', '0', '--rate-limits', 'off'];

interface Done {
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, whatever its exit code. */
const execute = (command: string, args: readonly string[]): Promise<Done> =>
  new Promise((done) => {
    execFile(command, args, { timeout: 180_000 }, (error, stdout, stderr) =>
      done({ status: error?.code ?? (error === null ? 0 : error.message), stdout, stderr }),
    );
  });

const openstrike = (...args: string[]): Promise<Done> =>
  execute(process.execPath, ['--disable-warning=ExperimentalWarning', mainPath, ...args]);

interface Reply {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

const call = async (
  exchange: ExchangeProcess,
  method: string,
  params: Record<string, string | number> = {},
): Promise<Reply> => {
  const keys = exchange.run.demoAccounts[0];
  const secret = Buffer.from(`${keys?.clientId}:${keys?.clientSecret}`).toString('base64');
  const query = new URLSearchParams(
    Object.entries(params).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const url = `${exchange.run.http}/api/v2/${method}?${query}`;
  const response = await fetch(url, { headers: { authorization: `Basic ${secret}` } });
  return (await response.json()) as Reply;
};

interface PlacedOrder {
  readonly order: { readonly order_id: string; readonly label: string };
}

const bid = async (exchange: ExchangeProcess, label: string): Promise<PlacedOrder> => {
  const order = { instrument_name: 'BTC_USDC-PERPETUAL', amount: 0.01, price: 50_000, label };
  const { result, error } = await call(exchange, 'private/buy', order);
  if (error !== undefined) throw new Error(`${error.code} ${error.message}`);
  return result as PlacedOrder;
};

const openLabels = async (exchange: ExchangeProcess): Promise<string[]> => {
  const { result } = await call(exchange, 'private/get_open_orders_by_currency', {
    currency: 'USDC',
  });
  return (result as { label: string }[]).map(({ label }) => label);
};

afterAll(killStarted);

describe('a life', () => {
  test('it goes on where it was after a clean stop, and its journal verifies', async () => {
    const first = await startExchange({ args: small });
    await bid(first, 'stays');
    expect(await first.stop()).toBe(0);
    expect(existsSync(join(first.folder, 'run.json'))).toBe(false);
    const again = await startExchange({ args: small, folder: first.folder });
    expect(again.run.demoAccounts).toEqual(first.run.demoAccounts);
    expect(await openLabels(again)).toEqual(['stays']);
    await again.stop();
    const verified = await openstrike('verify', '--data', first.folder);
    expect(verified.status).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({ sound: true });
  });

  test('kill -9 under load loses no acknowledged order and doubles none', async () => {
    let exchange = await startExchange({ args: small });
    const acknowledged: string[] = [];
    for (let life = 0; life < 3; life += 1) {
      let sending = true;
      const sent = exchange;
      const senders = Array.from({ length: 8 }, async (_, sender) => {
        for (let count = 0; sending; count += 1) {
          const label = `${life}-${sender}-${count}`;
          await bid(sent, label).then(
            () => acknowledged.push(label),
            () => {
              sending = false;
            },
          );
        }
      });
      const enough = acknowledged.length + 100;
      await eventually('orders to be under way', () => acknowledged.length >= enough);
      await exchange.kill();
      sending = false;
      await Promise.all(senders);
      exchange = await startExchange({ args: small, folder: exchange.folder });
    }
    const open = await openLabels(exchange);
    expect(acknowledged.length).toBeGreaterThanOrEqual(300);
    expect(new Set(open).size).toBe(open.length);
    expect(acknowledged.filter((label) => !open.includes(label))).toEqual([]);
    await exchange.stop();
  });

  test('orders that were to end with their socket end at the start after a kill -9', async () => {
    const first = await startExchange({ args: small });
    const [keys] = first.run.demoAccounts;
    const socket = new WebSocket(first.run.ws);
    await new Promise((done) => socket.addEventListener('open', done, { once: true }));
    const ask = (method: string, params: object): Promise<unknown> => {
      const answered = new Promise((done) => {
        socket.addEventListener('message', ({ data }) => done(JSON.parse(String(data))), {
          once: true,
        });
      });
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
      return answered;
    };
    const login = { client_id: keys?.clientId, client_secret: keys?.clientSecret };
    await ask('public/auth', { grant_type: 'client_credentials', ...login });
    await ask('private/enable_cancel_on_disconnect', {});
    const order = { instrument_name: 'BTC_USDC-PERPETUAL', amount: 0.01, price: 50_000 };
    expect(await ask('private/buy', { ...order, label: 'goes' })).toHaveProperty('result.order');
    await bid(first, 'stays');
    await first.kill();
    const again = await startExchange({ args: small, folder: first.folder });
    expect(await openLabels(again)).toEqual(['stays']);
    await again.stop();
  });

  test('a fast market lives through an expiry that every engine replays to one hash', async () => {
    const fast = ['--start', '2026-12-25T07:20:00Z', '--speed', 'max'];
    const exchange = await startExchange({
      args: [...fast, '--makers', '1', '--rate-limits', 'off'],
    });
    await eventually(
      'the expiry of Christmas 2026',
      async () => {
        const { result } = await call(exchange, 'public/get_time');
        return Number(result) > Date.parse('2026-12-25T08:10:00Z');
      },
      480_000,
    );
    const delivered = await call(exchange, 'public/get_delivery_prices', { index_name: 'btc_usd' });
    expect(delivered.result).toMatchObject({ records_total: expect.any(Number) });
    expect((delivered.result as { records_total: number }).records_total).toBeGreaterThan(0);
    await exchange.stop();
    const journal = join(exchange.folder, 'journal');
    const engines = [{ name: 'this Node', command: process.execPath }, ...otherEngines()];
    const replays = engines.map(async ({ name, command }) => {
      const { status, stdout, stderr } = await execute(command, [verifyPath, journal]);
      expect({ name, status, stderr: status === 0 ? '' : stderr }).toEqual({
        name,
        status: 0,
        stderr: '',
      });
      return (JSON.parse(stdout) as { stateHash: string }).stateHash;
    });
    const hashes = await Promise.all(replays);
    expect(new Set(hashes).size).toBe(1);
  }, 600_000);
});

describe('a stop', () => {
  test('one press that arrives twice stops it cleanly', async () => {
    const exchange = await startExchange({ args: small });
    exchange.child.kill('SIGINT');
    expect(await exchange.stop()).toBe(0);
    expect(exchange.output()).toContain('stopped');
    expect(existsSync(join(exchange.folder, 'run.json'))).toBe(false);
    expect(existsSync(join(exchange.folder, 'control.sock'))).toBe(false);
  });

  test('npm passes a signal on to the exchange, not to a shell before it', () => {
    const path = fileURLToPath(new URL('../../../package.json', import.meta.url));
    const { scripts } = JSON.parse(readFileSync(path, 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const line of Object.values(scripts)) expect(line).toMatch(/^exec node /);
  });

  test('what a killed process left in run.json is gone before the next one is open', async () => {
    const exchange = await startExchange({ args: small });
    await exchange.kill();
    const stale = join(exchange.folder, 'run.json');
    expect(existsSync(stale)).toBe(true);
    const args = ['--data', exchange.folder, '--port', '0', '--families', 'BTC_USDC'];
    const starting = spawn(process.execPath, [mainPath, ...args]);
    let said = '';
    starting.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const gone = ended(starting);
    await eventually('the stale file to go', () => !existsSync(stale));
    // Between the door and the first quotes, or before both.
    starting.kill('SIGTERM');
    expect([0, 143]).toContain(await gone);
    expect(said).not.toContain('failed');
    const again = await startExchange({ args: small, folder: exchange.folder });
    expect(await again.stop()).toBe(0);
  });
});

describe('the operator', () => {
  test('creates accounts and keys, credits, halts and resumes, backs up and restores', async () => {
    const exchange = await startExchange({ args: small });
    const data = ['--data', exchange.folder];
    const json = async (...args: string[]) => {
      const done = await openstrike(...args, ...data);
      expect(done.stderr).toBe('');
      return JSON.parse(done.stdout) as Record<string, string>;
    };
    expect(await json('account', 'create', 'alice')).toMatchObject({ username: 'alice' });
    expect(await json('key', 'create', 'alice')).toMatchObject({
      clientSecret: expect.any(String),
    });
    await json('deposit', 'alice', 'USDC', '1000.5', '--reference', 'wire-1');
    const again = ['deposit', 'alice', 'USDC', '1', '--reference', 'wire-1'];
    const repeated = await openstrike(...again, ...data);
    expect(repeated.status).toBe(1);
    expect(repeated.stderr).toBe('Refused: that reference was booked before.\n');
    const fund = ['fund-insurance', 'BTC', '1.5', '--reference', 'treasury-1'];
    expect(await json(...fund)).toMatchObject({ currency: 'BTC', amount: '1.5' });
    expect((await openstrike(...fund, ...data)).stderr).toContain('booked before');
    await json('account', 'tier', 'alice', 'market-maker');
    const said = (command: string, args: Record<string, string>) =>
      askControl(exchange.folder, { command, args }).catch((error: Error) => error.message);
    const account = 'alice';
    const deposit = { account, currency: 'USDC', amount: '1' };
    expect(await said('account access', { account, access: 'no' })).toContain('use normal, cancel');
    expect(await said('account create', { name: '' })).toContain('1 to 64 characters');
    expect(await said('account create', { name: '42' })).toContain('is not a number');
    expect(await said('key create', { account, scope: 'trade:all' })).toContain('is no scope');
    expect(await said('deposit', { ...deposit, reference: '' })).toContain('empty');
    expect(await said('deposit', { ...deposit, amount: '999999999999' })).toContain('out of range');
    await json('halt', '--reason', 'maintenance');
    expect(await call(exchange, 'public/status')).toMatchObject({ result: { locked: 'true' } });
    await expect(bid(exchange, 'halted')).rejects.toThrow();
    await json('resume');
    await bid(exchange, 'resumed');
    expect(await json('status')).toMatchObject({ state: 'running' });
    await json('snapshot');
    const backup = join(temporaryFolder(), 'backup');
    await json('backup', backup);
    const health = await fetch(`${exchange.run.http}/health`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ history: { state: 'storing', cause: null } });
    const metrics = await (await fetch(`${exchange.run.http}/metrics`)).text();
    expect(metrics).toContain('openstrike_commands_durable_total');
    expect(metrics).toContain('openstrike_history_state 0');
    await exchange.stop();
    const restored = join(temporaryFolder(), 'restored');
    expect(await openstrike('restore', backup, '--data', restored)).toMatchObject({ status: 0 });
    const copy = await startExchange({ args: small, folder: restored });
    expect(await openLabels(copy)).toEqual(['resumed']);
    await copy.stop();
  });
});

describe.concurrent('refusals are one clear sentence, a non-zero exit, and nothing touched', () => {
  test('a port in use', async () => {
    const server = createServer();
    const port = await new Promise<number>((done) => {
      server.listen(0, '127.0.0.1', () => done((server.address() as { port: number }).port));
    });
    const folder = join(temporaryFolder(), 'data');
    const done = await openstrike('--port', String(port), '--data', folder);
    server.close();
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(/^Port \d+ .* is in use; choose another with --port\.\n$/);
    expect(existsSync(folder)).toBe(false);
  });

  test('a folder held by another process, also when starting afresh', async () => {
    const exchange = await startExchange({ args: small });
    for (const extra of [[], ['--fresh']]) {
      const done = await openstrike('--port', '0', '--data', exchange.folder, ...extra);
      expect(done.status).toBe(1);
      expect(done.stderr).toContain('is held by');
    }
    expect((await fetch(`${exchange.run.http}/health`)).status).toBe(200);
    await exchange.stop();
  });

  test('a folder of another version, and one with other files in it', async () => {
    const exchange = await startExchange({ args: small });
    await exchange.stop();
    const formatPath = join(exchange.folder, 'journal', 'format.json');
    const format = readFileSync(formatPath, 'utf8');
    writeFileSync(formatPath, format.replace(/"version":\s*\d+/, '"version":99'));
    const before = readdirSync(join(exchange.folder, 'journal'));
    const newer = await openstrike('--port', '0', '--data', exchange.folder, ...small);
    expect(newer.status).toBe(1);
    expect(newer.stderr.trim().split('\n')).toHaveLength(1);
    expect(readdirSync(join(exchange.folder, 'journal'))).toEqual(before);
    const stranger = temporaryFolder();
    mkdirSync(join(stranger, 'photos'));
    const other = await openstrike('--port', '0', '--data', stranger, ...small);
    expect(other.status).toBe(1);
    expect(other.stderr).toContain('has other files in it');
    const afresh = await openstrike('--port', '0', '--data', stranger, '--fresh', ...small);
    expect(afresh.status).toBe(1);
    expect(afresh.stderr).toContain('has other files in it');
    expect(readdirSync(stranger)).toEqual(['photos']);
  });

  test.each([
    [['--port', 'x'], '--port: expected a whole number'],
    [['--speed', '0'], '--speed: expected a number'],
    [['--families', 'DOGE'], 'There is no contract family DOGE'],
    [['--contracts', 'no-such-folder'], 'There are no contract tables'],
    [['--tls-cert', 'x.pem'], 'Give both --tls-cert and --tls-key'],
    [['nonsense'], 'error: '],
  ])('%j', async (args, sentence) => {
    const done = await openstrike(...args, '--data', join(temporaryFolder(), 'data'));
    expect(done.status).toBe(1);
    expect(done.stderr).toContain(sentence);
  });

  test('a start afresh keeps what was there', async () => {
    const exchange = await startExchange({ args: small });
    await bid(exchange, 'old');
    await exchange.stop();
    const fresh = await startExchange({ args: [...small, '--fresh'], folder: exchange.folder });
    expect(await openLabels(fresh)).toEqual([]);
    const parent = join(exchange.folder, '..');
    expect(readdirSync(parent).filter((name) => name.startsWith('data.'))).toHaveLength(1);
    await fresh.stop();
  });
});
