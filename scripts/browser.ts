// Browser: makes a Chromium available to the browser tests: the one that is installed, else
// Debian's package
// where this process may install it. Elsewhere those tests are skipped, and it is said so.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const findBrowser = (): string | undefined => places.find((path) => existsSync(path));

const aptGet = (...args: string[]): boolean =>
  spawnSync('apt-get', ['-qq', ...args], { stdio: 'ignore', timeout: 300_000 }).status === 0;

/** Installs Debian's Chromium when there is none and we are root; says what became of it. */
export const ensureBrowser = (): void => {
  if (findBrowser() !== undefined) return;
  if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    process.stdout.write('== installing Chromium for the browser tests\n');
    if (aptGet('update') && aptGet('install', '--no-install-recommends', '-y', 'chromium')) return;
  }
  process.stdout.write('== no Chromium here: the browser tests are skipped\n');
};
