// Install tool: fetches one pinned package from the npm registry into .tools/, checked by its
// hash. Plain JavaScript, because the bootstrap uses it before Node 24 is there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tools = join(root, '.tools');

/**
 * Installs one pinned package into .tools/ and returns its folder; a half-done install is never
 * used.
 */
export function installTool({ spec, integrity }) {
  const at = spec.lastIndexOf('@');
  const name = spec.slice(0, at);
  const target = join(tools, spec.replaceAll('/', '+'));
  const folder = join(target, 'node_modules', name);
  if (existsSync(join(target, 'complete'))) return folder;
  const partial = `${target}.${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, 'package.json'), '{"private":true}\n');
  process.stderr.write(`Installing ${spec} ...\n`);
  const args = ['install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', spec];
  const done = spawnSync('npm', args, { cwd: partial, encoding: 'utf8' });
  if (done.status !== 0) {
    throw new Error(`Could not install ${spec} with npm; check the network.\n${done.stderr ?? ''}`);
  }
  const lock = JSON.parse(
    readFileSync(join(partial, 'node_modules', '.package-lock.json'), 'utf8'),
  );
  const found = lock.packages[`node_modules/${name}`]?.integrity;
  if (found !== integrity) {
    rmSync(partial, { recursive: true, force: true });
    throw new Error(`${spec} has the hash ${found}, not the pinned ${integrity}; not using it.`);
  }
  writeFileSync(join(partial, 'complete'), '');
  rmSync(target, { recursive: true, force: true });
  renameSync(partial, target);
  return folder;
}
