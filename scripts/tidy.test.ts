import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { floorOf } from './floors.ts';
import { root } from './steps.ts';
import {
  blankNonCode,
  checkCycles,
  checkImports,
  checkText,
  checkWords,
  importsOf,
  type PackageManifest,
  type Problem,
  type SourceFile,
} from './tidy.ts';

const trackedFiles = (): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => path !== '' && existsSync(join(root, path)));

const textual = /\.(ts|mjs|md|json|yaml|yml|sh|scenario|css|html)$|(^|\/)(Dockerfile|run)$/;

const readManifest = (folder: string): PackageManifest => {
  const json = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  return {
    name: json.name,
    folder,
    dependencies: Object.keys(json.dependencies ?? {}),
    devDependencies: Object.keys(json.devDependencies ?? {}),
  };
};

const show = (problems: readonly Problem[]): string[] =>
  problems.map(({ file, line, rule, remedy }) => `${file}:${line}: ${rule}: ${remedy}`);

const files: SourceFile[] = trackedFiles()
  .filter((path) => textual.test(path) && path !== 'pnpm-lock.yaml')
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const code = files.filter(({ path }) => /^((packages|apps)\/[^/]+|sim)\/.*\.ts$/.test(path));
const folderOf = (path: string): string =>
  path.startsWith('sim/') ? 'sim' : path.split('/').slice(0, 2).join('/');
const manifests = new Map(
  [...new Set(code.map(({ path }) => folderOf(path)))].map((folder) => [
    folder,
    readManifest(folder),
  ]),
);
const ownerOf = (file: SourceFile): PackageManifest => {
  const owner = manifests.get(folderOf(file.path));
  if (owner === undefined) throw new Error(`${file.path} has no package`);
  return owner;
};

test('imports climb no floor and are declared', () => {
  expect(show(code.flatMap((file) => checkImports(file, ownerOf(file))))).toEqual([]);
});

test('banned words stay out', () => {
  const found = code.flatMap((file) => checkWords(file, floorOf(ownerOf(file).name)));
  expect(show(found)).toEqual([]);
});

test('text keeps its form, and no path of a machine is in it', () => {
  expect(show(files.flatMap(checkText))).toEqual([]);
});

test('files do not import each other in circles', () => {
  expect(show(checkCycles(code))).toEqual([]);
});

test('the lock file names no registry', () => {
  const lock = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  expect(lock.match(/https?:\/\/|tarball:/g)).toBeNull();
});

test('every package has a README that names it', () => {
  const missing = [...manifests.values()].filter(({ folder, name }) => {
    const path = join(root, folder, 'README.md');
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(name);
  });
  expect(missing.map(({ folder }) => folder)).toEqual([]);
});

test('links within the documents lead somewhere', () => {
  const broken = files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => !existsSync(join(root, path, '..', target)))
        .map((target) => `${path}: ${target}`),
    );
  expect(broken).toEqual([]);
});

test('tidy itself finds what it looks for', () => {
  const owner: PackageManifest = {
    name: '@openstrike/domain',
    folder: 'packages/domain',
    dependencies: ['@openstrike/std', '@openstrike/engine', 'left-pad'],
    devDependencies: [],
  };
  const bad: SourceFile = {
    path: 'packages/domain/src/bad.ts',
    text: [
      "import { a } from '@openstrike/engine';",
      "import { readFileSync } from 'node:fs';",
      "import pad from 'left-pad';",
      "import { b } from './b';",
      "import { c } from '@openstrike/risk';",
    ].join('\n'),
  };
  expect(checkImports(bad, owner).map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 5]);
  const words = {
    path: 'packages/domain/src/w.ts',
    text: 'const x: any = Date.now();\n// Date.now()',
  };
  expect(checkWords(words, 1).map(({ rule }) => rule)).toEqual([
    'no clock on pure floors',
    'no any',
  ]);
  expect(checkWords(words, 5).map(({ rule }) => rule)).toEqual(['no any']);
  const long = {
    path: 'packages/domain/src/Bad.ts',
    text: `// x\nconst a = '${'a'.repeat(100)}';`,
  };
  expect(checkText(long)).toHaveLength(2);
  const cycle = [
    { path: 'packages/a/src/x.ts', text: "import { y } from './y.ts';" },
    { path: 'packages/a/src/y.ts', text: "import { x } from './x.ts';" },
  ];
  expect(checkCycles(cycle)).toHaveLength(1);
  expect(importsOf("export * from './z.ts';")).toHaveLength(1);
  expect(blankNonCode("a = 'any'; // any")).toBe('a =      ;       ');
});
