// Tidy: the rules of the house that no compiler checks, as pure functions over the text of the
// tree. Each problem names file, line, rule and remedy. `tidy.test.ts` runs it over the
// repository.
import { floorOf, pureFloorMax, pureThirdParty } from './floors.ts';

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface PackageManifest {
  readonly name: string;
  /** Folder from the root, such as `packages/book`. */
  readonly folder: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly remedy: string;
}

/** Columns a line may have. */
const columnsMax = 100;

const isTestFile = (path: string): boolean =>
  /\.(test|bench)\.ts$/.test(path) || path.includes('/testing/') || path.includes('/bench/');

/** Replaces comments and the contents of strings by blanks, so that words in them do not count. */
export const blankNonCode = (text: string): string => {
  const pattern =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
  return text.replace(pattern, (found) => found.replace(/[^\n]/g, ' '));
};

interface Import {
  readonly from: string;
  readonly line: number;
}

export const importsOf = (text: string): Import[] => {
  const found: Import[] = [];
  const pattern =
    /^\s*(?:import|export)\b[^'"`;]*?from\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;
  for (const match of text.matchAll(pattern)) {
    const line = text.slice(0, match.index).split('\n').length;
    found.push({ from: match[1] ?? match[2] ?? '', line });
  }
  return found;
};

const packageNameOf = (specifier: string): string =>
  specifier.startsWith('@')
    ? specifier.split('/').slice(0, 2).join('/')
    : (specifier.split('/')[0] ?? '');

/**
 * Imports go to strictly lower floors, are declared, and pure floors import nothing from outside.
 */
export const checkImports = (file: SourceFile, owner: PackageManifest): Problem[] => {
  const problems: Problem[] = [];
  const floor = floorOf(owner.name);
  const test = isTestFile(file.path);
  const declared = new Set([...owner.dependencies, ...(test ? owner.devDependencies : [])]);
  const rootTools = new Set(['vitest', 'fast-check', 'ccxt', 'hdr-histogram-js']);
  const add = (line: number, rule: string, remedy: string): void => {
    problems.push({ file: file.path, line, rule, remedy });
  };
  for (const { from, line } of importsOf(file.text)) {
    if (from.startsWith('.')) {
      if (!/\.(ts|mjs|json)$/.test(from)) {
        add(line, 'relative imports end in .ts', `write '${from}.ts'`);
      }
      continue;
    }
    if (from.startsWith('node:')) {
      if (floor <= pureFloorMax && !test) {
        add(line, `floor ${floor} is pure`, `take ${from} out; pass in what it is needed for`);
      }
      continue;
    }
    const name = packageNameOf(from);
    if (name.startsWith('@openstrike/')) {
      if (
        name !== owner.name &&
        floorOf(name) >= floor &&
        !(test && owner.dependencies.includes(name))
      ) {
        const sentence = `${owner.name} (floor ${floor}) may not import ${name} (${floorOf(name)})`;
        if (!(test && owner.devDependencies.includes(name))) {
          add(line, sentence, 'import only from strictly lower floors');
        }
      }
    } else if (floor <= pureFloorMax && !test && !pureThirdParty.has(name)) {
      add(line, `floor ${floor} has no third-party code but the named`, `remove ${name}`);
    }
    const known = declared.has(name) || name === owner.name || (test && rootTools.has(name));
    if (!known) add(line, `${name} is not declared`, `add it to ${owner.folder}/package.json`);
  }
  return problems;
};

interface BannedWord {
  readonly pattern: RegExp;
  readonly rule: string;
  readonly remedy: string;
}

const neverSuspend = 'pure floors never suspend';
/**
 * Ports are declared on floor 1 and implemented above: their answers are promises, as types only.
 */
const portsPath = 'packages/domain/src/port.ts';

const bannedOnPureFloors: readonly BannedWord[] = [
  { pattern: /\bnew Date\b|\bDate\./, rule: 'no clock on pure floors', remedy: 'use tsUs' },
  { pattern: /\bMath\.random\b/, rule: 'no ambient randomness', remedy: "use std's createRandom" },
  {
    pattern: /\bMath\.(expm?1?|log(1p|2|10)?|pow|a?(sin|cos|tan)h?|atan2|cbrt|hypot)\b/,
    rule: 'Math transcendentals differ between engines',
    remedy: "use std's own",
  },
  { pattern: /\*\*/, rule: 'the ** operator differs between engines', remedy: "use std's pow" },
  {
    pattern: /\basync\b|\bawait\b|\bPromise\b/,
    rule: neverSuspend,
    remedy: 'move it up',
  },
  { pattern: /\bconsole\b|\bprocess\b/, rule: 'pure floors do no I/O', remedy: 'move it up' },
  { pattern: /\bsetTimeout\b|\bsetInterval\b/, rule: 'no timers', remedy: 'use venue time' },
];

const bannedEverywhere: readonly BannedWord[] = [
  { pattern: /:\s*any\b|\bas any\b|<any>/, rule: 'no any', remedy: 'name the type, or unknown' },
  {
    pattern: /^\s*(export\s+)?(const\s+)?enum\b/,
    rule: 'no enum',
    remedy: 'use a union of literals',
  },
  { pattern: /^\s*export default\b/, rule: 'no default exports', remedy: 'export by name' },
  { pattern: /\bnamespace\s+\w+\s*\{/, rule: 'no namespaces', remedy: 'use a module' },
];

/** The files whose default export another tool demands. */
const defaultExportAllowed = new Set(['vitest.config.ts']);

/** Banned words by floor, over code without its comments and strings. */
export const checkWords = (file: SourceFile, floor: number): Problem[] => {
  const pure = floor <= pureFloorMax && !isTestFile(file.path);
  const banned = pure ? [...bannedOnPureFloors, ...bannedEverywhere] : bannedEverywhere;
  const problems: Problem[] = [];
  blankNonCode(file.text)
    .split('\n')
    .forEach((line, index) => {
      for (const { pattern, rule, remedy } of banned) {
        if (rule === 'no default exports' && defaultExportAllowed.has(file.path)) continue;
        if (rule === neverSuspend && file.path === portsPath) continue;
        if (rule.startsWith('the **') && /\d+n?\s*\*\*\s*\d+n/.test(line)) continue;
        if (pattern.test(line)) problems.push({ file: file.path, line: index + 1, rule, remedy });
      }
    });
  return problems;
};

/** Line widths, header comments, names, and words that must not reach the repository. */
export const checkText = (file: SourceFile): Problem[] => {
  const problems: Problem[] = [];
  const code = /\.(ts|mjs)$/.test(file.path);
  const add = (line: number, rule: string, remedy: string): void => {
    problems.push({ file: file.path, line, rule, remedy });
  };
  const lines = file.text.split('\n');
  lines.forEach((line, index) => {
    if (
      code &&
      line.length > columnsMax &&
      !/https?:\/\//.test(line) &&
      !/^\s*'sha512-/.test(line)
    ) {
      add(index + 1, `at most ${columnsMax} columns`, 'break the line');
    }
    if (/(^|[^\w./-])\/(work|farm|root|home)\/\w/.test(line)) {
      add(index + 1, 'no path of one machine', 'write it relative to the repository');
    }
    if (/\b(TODO|FIXME|XXX)\b(?!.*#\d+)/.test(line) && file.path !== 'scripts/tidy.ts') {
      add(index + 1, 'unfinished work is named by an issue number', 'finish it, or name #number');
    }
  });
  const name = file.path.split('/').at(-1) ?? '';
  if (
    code &&
    !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|bench|prop\.test|config|d))?\.(ts|mjs)$/.test(name)
  ) {
    add(1, 'files are named in kebab-case', 'rename the file after its main export');
  }
  if (code && /\/src\//.test(file.path) && !isTestFile(file.path) && name !== 'index.ts') {
    if (!/^(#![^\n]*\n)?\s*(\/\/|\/\*)/.test(file.text)) {
      add(1, 'every file opens with a header comment', 'say what it is and the invariant it keeps');
    }
  }
  return problems;
};

/** Cycles of relative imports; each is reported once, at its alphabetically first file. */
export const checkCycles = (files: readonly SourceFile[]): Problem[] => {
  const edges = new Map<string, string[]>();
  for (const file of files) {
    const folder = file.path.split('/').slice(0, -1);
    const targets = importsOf(file.text.replace(/^\s*(import|export)\s+type\b[^;]*;/gm, blankLines))
      .filter(({ from }) => from.startsWith('.'))
      .map(({ from }) => joinPath(folder, from));
    edges.set(file.path, targets);
  }
  const problems: Problem[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      const cycle = trail.slice(at);
      const rule = `import cycle: ${[...cycle, path].join(' -> ')}`;
      problems.push({
        file: [...cycle].sort()[0] ?? path,
        line: 1,
        rule,
        remedy: 'move the shared part down',
      });
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return problems;
};

const blankLines = (text: string): string => text.replace(/[^\n]/g, ' ');

const joinPath = (folder: readonly string[], relative: string): string => {
  const parts = [...folder];
  for (const part of relative.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
};
