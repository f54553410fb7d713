// `npm run build`: compiles every package to JavaScript with declarations in its `dist/`, as it is
// published. The repository itself runs from the sources and never needs this.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './steps.ts';

const tsc = join(root, 'node_modules', '.bin', 'tsc');
const packages = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'package.json')),
);

const build = (name: string): void => {
  const folder = join(root, 'packages', name);
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  const config = join(folder, 'tsconfig.build.json');
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    allowImportingTsExtensions: false,
    rootDir: 'src',
    outDir: 'dist',
    types: ['node'],
    typeRoots: [join(root, 'node_modules', '@types')],
  };
  const exclude = ['**/*.test.ts', '**/*.bench.ts', '**/testing/**'];
  const settings = {
    extends: '../../tsconfig.base.json',
    compilerOptions,
    include: ['src'],
    exclude,
  };
  writeFileSync(config, JSON.stringify(settings));
  try {
    const done = spawnSync(tsc, ['-p', config], { stdio: 'inherit' });
    if (done.status !== 0) process.exit(done.status ?? 1);
  } finally {
    rmSync(config);
  }
};

for (const name of packages) {
  process.stdout.write(`== ${name}\n`);
  build(name);
}
