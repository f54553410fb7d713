/**
 * A browser imports the package unbundled, file by file, and prices a chain to the same bits as
 * here. Types are stripped as the files are served; nothing else is done to them.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { priceChain } from './testing/price-chain.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);
const packages = new URL('../../', import.meta.url);

const page = readFileSync(new URL('testing/price-chain.html', import.meta.url), 'utf8');

function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = new URL(`.${path}`, packages);
    if (path === '/') {
      response.setHeader('content-type', 'text/html').end(page);
    } else if (path.endsWith('.ts') && existsSync(file)) {
      response.setHeader('content-type', 'text/javascript');
      response.end(stripTypeScriptTypes(readFileSync(file, 'utf8')));
    } else {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

/** What a headless browser makes of an address. */
function dump(browser: string, address: string, profile: string): Promise<string> {
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--user-data-dir=${profile}`,
    '--virtual-time-budget=20000',
    '--dump-dom',
    address,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(browser, flags, { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
    });
    child.on('error', reject);
    child.on('close', () => resolve(text));
  });
}

test.skipIf(CHROMIUM === undefined)('a browser prices a chain to the same bits', async () => {
  const server = await serve();
  const profile = mkdtempSync(join(tmpdir(), 'openstrike-browser-'));
  try {
    const { port } = server.address() as AddressInfo;
    const text = await dump(CHROMIUM as string, `http://127.0.0.1:${port}/`, profile);
    expect(text).toContain(`chain ${priceChain()}`);
  } finally {
    server.close();
    rmSync(profile, { recursive: true, force: true });
  }
});
